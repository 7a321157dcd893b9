/** My friends, who can see me, who has asked: as the server has it, read anew whenever it says that something changed. */
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
  /** Why the lists could not be read; null while they are as the server has them. */
  readonly problem = signal<NearbyError | null>(null);
  readonly #names = computed(
    () => new Map([...this.viewers.value, ...this.friends.value].map(({ id, displayName }) => [id, displayName])),
  );
  readonly #connection: NearbyConnection;
  readonly #onAsked: (name: string) => void;
  readonly #ends: (() => void)[] = [];
  #reading: Promise<void> | undefined;
  #isOutdated = false;

  constructor(options: {
    readonly connection: NearbyConnection;
    /** Told who has asked, of those who ask while the page is open. */
    readonly onAsked: (name: string) => void;
  }) {
    this.#connection = options.connection;
    this.#onAsked = options.onAsked;
  }

  start(): void {
    this.#ends.push(this.#connection.onFriendsChanged(() => void this.reload()));
    // What was said while the connection was away was not heard.
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

  /** The name that a friend has given, or the id where none is known. */
  nameOf(id: string): string {
    return this.#names.value.get(id) ?? id;
  }

  /** Whether nobody sees me at that time, ms since the epoch. */
  isPausedAt(at: number): boolean {
    const { paused, until } = this.sharing.value;
    return until !== null && at >= until ? !paused : paused;
  }

  /** Reads everything; whoever asks while it is being read gets it once more afterwards. */
  async reload(): Promise<void> {
    this.#isOutdated = true;
    this.#reading ??= this.#readUntilCurrent().finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
  }

  async ask(userId: string): Promise<void> {
    await this.#connection.api.requests.send(userId);
    await this.reload();
  }

  async accept(userId: string): Promise<void> {
    await this.#connection.api.requests.accept(userId);
    await this.reload();
  }

  /** Declines a request, or takes mine back. */
  async dismiss(userId: string): Promise<void> {
    await this.#connection.api.requests.remove(userId);
    await this.reload();
  }

  async endFriendship(userId: string): Promise<void> {
    await this.#connection.api.friends.remove(userId);
    await this.reload();
  }

  /** Resolves when it is in force. */
  async grant(viewerId: string, grant: Grant): Promise<void> {
    const now = await this.#connection.api.viewers.grant(viewerId, grant);
    this.viewers.value = this.viewers.value.map((viewer) => (viewer.id === viewerId ? { ...viewer, ...now } : viewer));
  }

  /** Resolves when it is in force. `until`: ms since the epoch; null: until it is changed. */
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
      everyItem(friends.all({ limit: 200 })),
      everyItem(viewers.all({ limit: 200 })),
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
    for (const { id, displayName } of open.incoming) if (!known.has(id)) this.#onAsked(displayName);
  }
}

async function everyItem<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
