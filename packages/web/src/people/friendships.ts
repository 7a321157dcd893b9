/** Friends, viewers and friend requests of the user, re-read from the server at every change. */
import type {
  Friend,
  FriendRequests,
  Grant,
  NearbyConnection,
  NearbyError,
  Profile,
  Sharing,
  Viewer,
} from '@nearby-friends/client';
import { computed, signal } from '@preact/signals';

export class Friendships {
  readonly profile = signal<Profile | null>(null);
  readonly friends = signal<readonly Friend[]>([]);
  readonly viewers = signal<readonly Viewer[]>([]);
  readonly requests = signal<FriendRequests>({ incoming: [], outgoing: [] });
  readonly sharing = signal<Sharing>({ paused: false, until: null });
  /** Why the lists could not be read. Null while they are up to date. */
  readonly problem = signal<NearbyError | null>(null);
  readonly #names = computed(
    () => new Map([...this.viewers.value, ...this.friends.value].map(({ id, displayName }) => [id, displayName])),
  );
  readonly #connection: NearbyConnection;
  readonly #onRequest: (name: string) => void;
  readonly #ends: (() => void)[] = [];
  #reading: Promise<void> | undefined;
  #isOutdated = false;

  constructor(options: {
    readonly connection: NearbyConnection;
    /** Called with the name for every friend request that arrives while the page is open. */
    readonly onRequest: (name: string) => void;
  }) {
    this.#connection = options.connection;
    this.#onRequest = options.onRequest;
  }

  start(): void {
    this.#ends.push(this.#connection.onFriendsChanged(() => void this.reload()));
    // Changes during a lost connection were not received.
    this.#ends.push(
      this.#connection.status.subscribe(({ kind }) => {
        if (kind === 'online') void this.reload();
      }),
    );
    void this.reload();
  }

  stop(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  /** The display name of a friend, or the id if the name is unknown. */
  nameOf(id: string): string {
    return this.#names.value.get(id) ?? id;
  }

  /** Whether sharing is paused at a time, ms since the epoch. */
  isPausedAt(at: number): boolean {
    const { paused, until } = this.sharing.value;
    return until !== null && at >= until ? !paused : paused;
  }

  /** Reads all lists. A call during a read causes one more read. */
  async reload(): Promise<void> {
    this.#isOutdated = true;
    this.#reading ??= this.#readUntilCurrent().finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
  }

  async sendRequest(userId: string): Promise<void> {
    await this.#connection.api.requests.send(userId);
    await this.reload();
  }

  async accept(userId: string): Promise<void> {
    await this.#connection.api.requests.accept(userId);
    await this.reload();
  }

  /** Declines an incoming request or withdraws an outgoing one. */
  async dismiss(userId: string): Promise<void> {
    await this.#connection.api.requests.remove(userId);
    await this.reload();
  }

  async endFriendship(userId: string): Promise<void> {
    await this.#connection.api.friends.remove(userId);
    await this.reload();
  }

  /** Resolves when the grant is applied everywhere. */
  async grant(viewerId: string, grant: Grant): Promise<void> {
    const now = await this.#connection.api.viewers.grant(viewerId, grant);
    this.viewers.value = this.viewers.value.map((viewer) => (viewer.id === viewerId ? { ...viewer, ...now } : viewer));
  }

  /** Resolves when it is applied everywhere. `until`: ms since the epoch; null: no expiry. */
  async setPaused(paused: boolean, until: number | null): Promise<void> {
    const { sharing } = this.#connection.api;
    this.sharing.value = paused ? await sharing.pause(until) : await sharing.resume(until);
  }

  async rename(displayName: string): Promise<void> {
    this.profile.value = await this.#connection.api.me.update({ displayName });
  }

  async #readUntilCurrent(): Promise<void> {
    while (this.#isOutdated) {
      this.#isOutdated = false;
      try {
        await this.#read();
        this.problem.value = null;
      } catch (error) {
        this.problem.value = error as NearbyError;
        return;
      }
    }
  }

  async #read(): Promise<void> {
    const { me, friends, viewers, requests, sharing } = this.#connection.api;
    const [profile, allFriends, allViewers, open, shared] = await Promise.all([
      me.get(),
      collect(friends.all({ limit: 200 })),
      collect(viewers.all({ limit: 200 })),
      requests.list(),
      sharing.get(),
    ]);
    const known = new Set(this.requests.value.incoming.map(({ id }) => id));
    const isFirst = this.profile.value === null;
    this.profile.value = profile;
    this.friends.value = allFriends;
    this.viewers.value = allViewers;
    this.requests.value = open;
    this.sharing.value = shared;
    if (isFirst) return;
    for (const { id, displayName } of open.incoming) if (!known.has(id)) this.#onRequest(displayName);
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
