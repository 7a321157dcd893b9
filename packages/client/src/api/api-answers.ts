/** What the HTTP API answers and takes. Times are ms since the epoch by the server's clock. */
import type { Position, Precision } from '../wire-messages.ts';

/** My profile. */
export interface Profile {
  id: string;
  displayName: string;
  /** How far "near" reaches, metres, 100–100,000. */
  radiusMeters: number;
  createdAt: number;
}

/** What is left out stays. */
export interface ProfileChange {
  /** 1–100 characters. */
  displayName?: string | undefined;
  radiusMeters?: number | undefined;
}

/** Somebody I see. */
export interface Friend {
  id: string;
  displayName: string;
  /** Since when. */
  since: number;
}

/** What one viewer may see. */
export interface Grant {
  precision: Precision;
  /** When the grant ends; null: it does not end. */
  until: number | null;
}

/** Somebody who sees me, and what I grant. */
export interface Viewer extends Friend, Grant {}

/** Somebody I have asked. Without a name: the other side need not exist, and nothing here tells. */
export interface OutgoingRequest {
  id: string;
  since: number;
}

/** Those that are open, the newest first. */
export interface FriendRequests {
  incoming: Friend[];
  outgoing: OutgoingRequest[];
}

/** Somebody I block. */
export interface Block {
  id: string;
  since: number;
}

/** Whether my viewers see me at all. */
export interface Sharing {
  /** True: nobody sees me, and I still see my friends. */
  paused: boolean;
  /** When it becomes the opposite; null: it stays. */
  until: number | null;
}

/** Everything held about me. */
export interface AccountExport {
  exportedAt: number;
  profile: Profile;
  sharing: Sharing;
  friends: Friend[];
  viewers: Viewer[];
  friendRequests: FriendRequests;
  blocks: Block[];
  /** Tokens issued until then are void; null: none was called back. */
  signedOutBefore: number | null;
  /** The last one known; null when there is none, or none recent enough to count. */
  position: (Position & { at: number }) | null;
}

/** A part of a list. */
export interface Page<T> {
  items: T[];
  /** Where the next page starts; null on the last one. */
  nextCursor: string | null;
}
