/** The calls of the HTTP API, as apps see them. */
import type {
  AccountExport,
  Block,
  Friend,
  FriendRequests,
  Grant,
  Page,
  Profile,
  ProfileChange,
  Sharing,
  Viewer,
} from './api-answers.ts';

/** What every call takes. */
export interface CallOptions {
  /** Gives the call up; it then rejects with the signal's reason. What was sent may still take effect. */
  readonly signal?: AbortSignal | undefined;
}

/** Which part of a list. */
export interface PageOptions extends CallOptions {
  /** Most items on the page, 1–200. Default: 50. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; none for the first page. */
  readonly cursor?: string | undefined;
}

/** A list that is read page by page, in the order of ids. */
export interface PagedList<T> {
  /** One page. */
  page(options?: PageOptions): Promise<Page<T>>;
  /** Every item; asks for the next page when it is reached. */
  all(options?: Omit<PageOptions, 'cursor'>): AsyncIterableIterator<T>;
}

/** Every call of the HTTP API. All of them reject with a `NearbyError`. */
export interface Api {
  readonly me: {
    get(options?: CallOptions): Promise<Profile>;
    /** Changes name or radius; a new radius holds on every device at once. Resolves with the profile as it is now. */
    update(change: ProfileChange, options?: CallOptions): Promise<Profile>;
  };
  /** The people I see. */
  readonly friends: PagedList<Friend> & {
    /** Ends the friendship, in both directions. Resolves when neither can see the other any more. */
    remove(id: string, options?: CallOptions): Promise<void>;
  };
  /** The people who see me. */
  readonly viewers: PagedList<Viewer> & {
    /** Sets what one viewer may see, and until when (default: without an end). Resolves when it is in force. */
    grant(id: string, grant: Pick<Grant, 'precision'> & Partial<Grant>, options?: CallOptions): Promise<Grant>;
  };
  /** Friend requests. */
  readonly requests: {
    list(options?: CallOptions): Promise<FriendRequests>;
    /** Asks somebody. The answer is the same for a stranger, for somebody who blocks me and for an unknown id. */
    send(to: string, options?: CallOptions): Promise<void>;
    /** Accepts the request of `from`: both see each other from now on. */
    accept(from: string, options?: CallOptions): Promise<void>;
    /** Declines a request of that person, or withdraws mine to them. */
    remove(id: string, options?: CallOptions): Promise<void>;
  };
  /** Whom I block. */
  readonly blocks: PagedList<Block> & {
    /** Ends the friendship in both directions and keeps requests away; the blocked cannot tell it from absence. */
    add(userId: string, options?: CallOptions): Promise<void>;
    remove(userId: string, options?: CallOptions): Promise<void>;
  };
  /** Whether anybody sees me at all. */
  readonly sharing: {
    get(options?: CallOptions): Promise<Sharing>;
    /** Nobody sees me, until then (default: until resumed). Resolves when it is in force. */
    pause(until?: number | null, options?: CallOptions): Promise<Sharing>;
    /** My viewers see me again, until then (default: until paused). */
    resume(until?: number | null, options?: CallOptions): Promise<Sharing>;
  };
  readonly account: {
    /** Everything held about me. */
    export(options?: CallOptions): Promise<AccountExport>;
    /**
     * Voids every token issued until now and closes every connection made with one. After an error that is
     * `retryable`, call it again with the same token: that confirms it.
     */
    signOutEverywhere(options?: CallOptions): Promise<void>;
    /** Deletes everything held about me, everywhere. After a `retryable` error call it again, as above. */
    erase(options?: CallOptions): Promise<void>;
  };
}
