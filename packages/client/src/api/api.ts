/** The HTTP API as apps call it. */
import type {
  AccountExport,
  AlertLanguage,
  AlertSettings,
  AlertSettingsChange,
  Block,
  DeviceWithSecret,
  Friend,
  FriendRequests,
  Grant,
  Invite,
  InvitePreview,
  InviteWithCode,
  ListedDevice,
  NewDevice,
  NewInvite,
  Page,
  Profile,
  ProfileChange,
  PushSubscriptionKeys,
  Sharing,
  Viewer,
} from './api-resources.ts';

/** Options of every call. */
export interface CallOptions {
  /** Aborts the call, which rejects with the signal's reason. A request already sent may still take effect. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of the calls that lead to a friendship: what the user grants the other from its first moment on. */
export interface GrantOptions extends CallOptions, Partial<Grant> {}

/** Selects one page of a list. */
export interface PageOptions extends CallOptions {
  /** Maximum number of items on the page, 1–200. Default: 50. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the previous page. Omit it for the first page. */
  readonly cursor?: string | undefined;
}

/** A paginated list, ordered by id. */
export interface PagedList<T> {
  /** Reads one page. */
  page(options?: PageOptions): Promise<Page<T>>;
  /** Iterates over all items and requests each page when it is needed. */
  all(options?: Omit<PageOptions, 'cursor'>): AsyncIterableIterator<T>;
}

/** All calls of the HTTP API. Every call rejects with a `NearbyError`. */
export interface Api {
  readonly me: {
    get(options?: CallOptions): Promise<Profile>;
    /** Changes name or radius. A new radius applies on every device at once. Resolves with the updated profile. */
    update(change: ProfileChange, options?: CallOptions): Promise<Profile>;
  };
  /** The friends that the user can see. */
  readonly friends: PagedList<Friend> & {
    /** Ends the friendship in both directions. Resolves when neither user can see the other. */
    remove(id: string, options?: CallOptions): Promise<void>;
  };
  /** The friends who can see the user. */
  readonly viewers: PagedList<Viewer> & {
    /** Sets what one viewer may see, and until when (default: no expiry). Resolves when it is applied everywhere. */
    grant(id: string, grant: Pick<Grant, 'precision'> & Partial<Grant>, options?: CallOptions): Promise<Grant>;
  };
  /** Friend requests. */
  readonly requests: {
    list(options?: CallOptions): Promise<FriendRequests>;
    /**
     * Sends a friend request. The response does not reveal whether the id exists or blocks the user. `precision`
     * (default: exact) and `until` (default: no end) are what the other sees once the request is accepted.
     */
    send(to: string, options?: GrantOptions): Promise<void>;
    /** Accepts the request of `from`. Each user then sees what the other has chosen; options as for `send`. */
    accept(from: string, options?: GrantOptions): Promise<void>;
    /** Declines the request of `from`, who is not told. */
    decline(from: string, options?: CallOptions): Promise<void>;
    /** Takes back the request to `to`. */
    withdraw(to: string, options?: CallOptions): Promise<void>;
  };
  /** Friendships by a code: the invite is the consent of the inviter, and accepting it that of the other. */
  readonly invites: {
    /** The open ones, the newest first. */
    list(options?: CallOptions): Promise<Invite[]>;
    /** Resolves with the code, which is shown only once. Rejects with `invite_limit` above 20 open ones. Not idempotent. */
    create(invite?: NewInvite, options?: CallOptions): Promise<InviteWithCode>;
    /** Makes its code void. Friendships that came of it stay. */
    revoke(id: string, options?: CallOptions): Promise<void>;
    /** Changes nothing. Rejects with `invite_unusable`, whatever the cause. */
    preview(code: string, options?: CallOptions): Promise<InvitePreview>;
    /** Makes the two friends at once; resolves with the inviter's id. `precision` (default: exact) and `until` are what the inviter sees. */
    accept(code: string, options?: GrantOptions): Promise<string>;
  };
  /** The blocked users. */
  readonly blocks: PagedList<Block> & {
    /** Ends the friendship in both directions and drops later requests. The blocked user cannot detect the block. */
    add(userId: string, options?: CallOptions): Promise<void>;
    remove(userId: string, options?: CallOptions): Promise<void>;
  };
  /** Pauses and resumes sharing with all viewers. */
  readonly sharing: {
    get(options?: CallOptions): Promise<Sharing>;
    /** Hides the user from all viewers, optionally until a time. Resolves when it is applied everywhere. */
    pause(until?: number | null, options?: CallOptions): Promise<Sharing>;
    /** Shows the user to its viewers again, optionally until a time. */
    resume(until?: number | null, options?: CallOptions): Promise<Sharing>;
  };
  /** Devices with whose secrets apps report the user's position in the background; connections are not among them. */
  readonly devices: {
    /** The oldest first. */
    list(options?: CallOptions): Promise<ListedDevice[]>;
    /**
     * Registers a device and resolves with its secret, which is shown only once. Rejects with `device_limit` above 10. Not
     * idempotent: after an error that does not say whether the call was executed, look at the list first.
     */
    register(device: NewDevice, options?: CallOptions): Promise<DeviceWithSecret>;
    /** Makes its secret void. If it shares, no viewer sees the user's position any more when this resolves. */
    remove(id: string, options?: CallOptions): Promise<void>;
  };
  /** Push messages about friends who come near, and about friend requests. */
  readonly alerts: {
    get(options?: CallOptions): Promise<AlertSettings>;
    /** Resolves with the settings as they are then. */
    set(change: AlertSettingsChange, options?: CallOptions): Promise<AlertSettings>;
    /** No alerts of that friend until then. Null: alerts again. Rejects with `not_found` for a user who is no friend. */
    mute(friendId: string, until: number | null, options?: CallOptions): Promise<void>;
  };
  /** Where alerts go: the browsers that have subscribed. */
  readonly push: {
    /** The `applicationServerKey` of `PushManager.subscribe`. Rejects with `push_off` where no alerts are sent. */
    key(options?: CallOptions): Promise<string>;
    /**
     * Sends alerts to a browser, in `language` (default: en). Call it at each start: it also renews. Of more than ten
     * the one that was renewed the longest time ago is removed.
     */
    subscribe(
      subscription: PushSubscriptionKeys,
      options?: CallOptions & { readonly language?: AlertLanguage },
    ): Promise<void>;
    /** By the subscription's endpoint. Does nothing if the user has no such subscription. */
    unsubscribe(endpoint: string, options?: CallOptions): Promise<void>;
  };
  readonly account: {
    /** Exports all data stored about the user. */
    export(options?: CallOptions): Promise<AccountExport>;
    /**
     * Revokes every token issued until now, closes the connections that use one, and removes the registered devices. After a `retryable` error, call it
     * again with the same token to confirm it.
     */
    signOutEverywhere(options?: CallOptions): Promise<void>;
    /**
     * Signs out. `everywhere` (default false): on every device, as above. `stopSharing` (default false): the last position
     * is deleted, and friends no longer see the user when this resolves; another device that stays signed in shares again
     * with its next report. Stop reporting first.
     */
    signOut(
      choice?: { readonly everywhere?: boolean; readonly stopSharing?: boolean },
      options?: CallOptions,
    ): Promise<void>;
    /**
     * Deletes all data stored about the user. After a `retryable` error, call it again with the same token. Then this object
     * and its connection have ended: they reject with `account_erased` and fetch no token, which would begin a new account.
     */
    erase(options?: CallOptions): Promise<void>;
  };
}
