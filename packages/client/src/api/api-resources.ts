/** The request and response bodies of the HTTP API. Times are ms since the epoch by the server's clock. */
import type { Position, Precision } from '../wire-messages.ts';

/** The user's own profile. */
export interface Profile {
  id: string;
  displayName: string;
  /** As that of {@link Friend}: a friend's name may look like the user's own. */
  nameSkeleton?: string;
  /** The radius of "near" in metres, 100–100,000. */
  radiusMeters: number;
  createdAt: number;
}

/** Omitted fields keep their value. */
export interface ProfileChange {
  /** 1–100 characters. */
  displayName?: string | undefined;
  radiusMeters?: number | undefined;
}

/** A friend that the user can see. */
export interface Friend {
  id: string;
  displayName: string;
  /**
   * Equal for names that look alike, for example with a Cyrillic letter: show the id beside such names. Absent from earlier
   * servers.
   */
  nameSkeleton?: string;
  /** When the friendship or the request began. */
  since: number;
}

/** What one viewer may see. */
export interface Grant {
  precision: Precision;
  /** When the grant expires. Null: it does not expire. */
  until: number | null;
}

/** A friend who can see the user, with the grant. */
export interface Viewer extends Friend, Grant {}

/** A request that the user has sent. It has no name, so that it does not reveal whether the other user exists. */
export interface OutgoingRequest extends Grant {
  id: string;
  since: number;
}

/** The pending requests, newest first. */
export interface FriendRequests {
  incoming: Friend[];
  outgoing: OutgoingRequest[];
}

/** A blocked user. */
export interface Block {
  id: string;
  since: number;
}

/** Whether the user shares its position. */
export interface Sharing {
  /** True: no viewer sees the user, who still sees friends. */
  paused: boolean;
  /** When `paused` flips. Null: it does not flip. */
  until: number | null;
}

/** The app that reported last with the secret of a device. Later servers may know more. */
export type DeviceKind = 'owntracks' | 'overland' | 'traccar' | 'generic';

/** A device that the user has registered, so that an app can report the user's position in the background. */
export interface RegisteredDevice {
  id: string;
  name: string;
  /** Null: it has never reported. */
  kind: DeviceKind | null;
  /** How long its positions stay visible, s. */
  staysVisibleSeconds: number;
  createdAt: number;
  /** The minute of its last report. Null: it has never reported. */
  lastSeenAt: number | null;
}

/** A registered device in the user's list. */
export interface ListedDevice extends RegisteredDevice {
  /** Whether the user's last position is from it. Null: not known at the moment. */
  isSharing: boolean | null;
}

/** What the user chooses for a new device. */
export interface NewDevice {
  /** 1–64 characters, for the user only. */
  name: string;
  /** How long its positions stay visible, s, 600–3,600. Default: 600. */
  staysVisibleSeconds?: number | undefined;
}

/** A device that has just been registered. */
export interface DeviceWithSecret {
  id: string;
  name: string;
  /** What the app reports with in place of a token. The server shows it only here: keep it out of logs and addresses. */
  secret: string;
  staysVisibleSeconds: number;
  createdAt: number;
}

/** The language of an alert. */
export type AlertLanguage = 'en' | 'ko';

/** Hours without alerts, each day by the clocks of `tz`. */
export interface QuietHours {
  /** `HH:MM`. */
  from: string;
  /** `HH:MM`, exclusive. Earlier than `from`: of the next day. */
  to: string;
  /** A zone of the IANA database, for example `Europe/Berlin`. */
  tz: string;
}

/** When the user wants to be alerted of friends who come near. */
export interface AlertSettings {
  /** Default: false. */
  on: boolean;
  /** How near, metres, 100–5,000. Default: 1,000. */
  radiusMeters: number;
  quiet: QuietHours | null;
  /** Friends of whom the user gets no alerts until then. */
  muted: { id: string; until: number }[];
}

/** Omitted fields keep their value. */
export interface AlertSettingsChange {
  on?: boolean | undefined;
  radiusMeters?: number | undefined;
  /** Null: none. */
  quiet?: QuietHours | null | undefined;
}

/** A browser's `PushSubscription`, as its `toJSON()` has it. Other fields are not sent. */
export interface PushSubscriptionKeys {
  endpoint?: string | undefined;
  keys?: Record<string, string> | undefined;
}

/** A way to become a friend of the user by a code. */
export interface Invite extends Grant {
  id: string;
  /** How many people may accept it. */
  uses: 'once' | 'many';
  timesUsed: number;
  createdAt: number;
  /** When it can no longer be accepted. */
  expiresAt: number;
}

/** What the user chooses for a new invite; precision and until are what each who accepts it will see. */
export interface NewInvite extends Partial<Grant> {
  /** Default: once. */
  uses?: 'once' | 'many' | undefined;
  /** How long it can be accepted, s, 60–2,592,000. Default: 7 days. */
  lifetimeSeconds?: number | undefined;
}

/** An invite that has just been created. */
export interface InviteWithCode extends Invite {
  /** The server shows it only here. In a link, put it into the fragment (`#invite=…`), which is not sent to servers. */
  code: string;
}

/** Who invites the user; precision and until are what the user would see of the inviter. */
export interface InvitePreview extends Grant {
  inviter: Pick<Friend, 'id' | 'displayName' | 'nameSkeleton'>;
  /** What the inviter is to the user. `blocked`: the user blocks the inviter. */
  relation: 'none' | 'friend' | 'self' | 'blocked';
}

/** All data stored about the user. */
export interface AccountExport {
  exportedAt: number;
  profile: Profile;
  sharing: Sharing;
  friends: Friend[];
  viewers: Viewer[];
  friendRequests: FriendRequests;
  blocks: Block[];
  /** Without their secrets. Absent from earlier servers. */
  devices?: RegisteredDevice[];
  /** Absent from earlier servers. */
  alerts?: AlertSettings;
  /** Without endpoints and keys. Absent from earlier servers. */
  pushSubscriptions?: { id: string; language: AlertLanguage; createdAt: number; renewedAt: number }[];
  /** The open ones, without their codes. Absent from earlier servers. */
  invites?: Invite[];
  /** Tokens issued before this time are revoked. Null: none is revoked. */
  signedOutBefore: number | null;
  /** What the user has withheld, and so stays withheld: positions from before these times. Absent from earlier servers. */
  withheld?: {
    /** By a pause, from every viewer. Null: none. */
    fromAll: number | null;
    /** `shownFrom`: in any form; null: only the exact form was withheld. */
    fromViewers: { id: string; shownFrom: number | null; exactFrom: number }[];
  };
  /** The last known position. Null: none, or it has expired. */
  position: (Position & { at: number }) | null;
}

/** One page of a list. */
export interface Page<T> {
  items: T[];
  /** Cursor of the next page. Null on the last page. */
  nextCursor: string | null;
}
