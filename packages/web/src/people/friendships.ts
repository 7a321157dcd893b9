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
import { HiddenGrants } from './hidden-grants.ts';
import { LatestRead } from './latest-read.ts';
import { lookalikesOf, nameWithId, requesterLabel } from './lookalikes.ts';

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
  readonly #lookalikes = computed(() => {
    const own = this.profile.value;
    const { incoming } = this.requests.value;
    return lookalikesOf([...(own ? [own] : []), ...this.viewers.value, ...this.friends.value, ...incoming]);
  });
  readonly #connection: NearbyConnection;
  readonly #onRequest: (name: string) => void;
  readonly #ends: (() => void)[] = [];
  readonly #hidden = new HiddenGrants();
  readonly #chosen = signal<ReadonlyMap<string, Grant>>(new Map());
  readonly #turns = new Map<string, Promise<void>>();
  readonly #everything = new LatestRead(() => this.#reportProblem(this.#readAll(), true));
  readonly #sharing = new LatestRead(() => this.#reportProblem(this.#readSharing()));
  readonly #viewers = new LatestRead(() => this.#reportProblem(this.#readViewers()));

  constructor(options: {
    readonly connection: NearbyConnection;
    /** Called with name and id for every friend request that arrives while the page is open. */
    readonly onRequest: (name: string) => void;
  }) {
    this.#connection = options.connection;
    this.#onRequest = options.onRequest;
  }

  start(): void {
    this.#ends.push(
      this.#connection.onFriendsChanged(() => void this.reload()),
      this.#connection.onSharingChanged(() => void this.#sharing.request()),
      this.#connection.onViewersChanged(() => void this.#viewers.request()),
    );
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
    this.#hidden.clear();
  }

  /** The display name of a friend, or the id if the name is unknown. */
  nameOf(id: string): string {
    return this.#names.value.get(id) ?? id;
  }

  /** Whether someone else on the lists, or the user, has a name that looks the same: then the id tells who it is. */
  isAlike(id: string): boolean {
    return this.#lookalikes.value.has(id);
  }

  /** {@link nameOf} for one line of text, with the id where the name does not tell who it is. */
  labelOf(id: string): string {
    const displayName = this.nameOf(id);
    return this.isAlike(id) ? nameWithId({ id, displayName }) : displayName;
  }

  /** Whether sharing is paused at a time, ms since the epoch. */
  isPausedAt(at: number): boolean {
    const { paused, until } = this.sharing.value;
    return until !== null && at >= until ? !paused : paused;
  }

  /** Reads all lists. A call during a read causes one more read. */
  async reload(): Promise<void> {
    await this.#everything.request();
  }

  /** Changes the user's own display name. */
  async rename(displayName: string): Promise<void> {
    this.profile.value = await this.#connection.api.me.update({ displayName });
  }

  /** `grant`: what the other will see once the request is accepted. */
  async sendRequest(userId: string, grant: Grant): Promise<void> {
    await this.#connection.api.requests.send(userId, grant);
    await this.reload();
  }

  /** `grant`: what the other sees from now on. */
  async accept(userId: string, grant: Grant): Promise<void> {
    await this.#connection.api.requests.accept(userId, grant);
    await this.reload();
  }

  /** Declines an incoming request or withdraws an outgoing one. */
  async dismiss(userId: string): Promise<void> {
    // One call for both: a request of each may cross.
    await this.#connection.api.requests.decline(userId);
    await this.reload();
  }

  async endFriendship(userId: string): Promise<void> {
    await this.#connection.api.friends.remove(userId);
    await this.reload();
  }

  /** What the user has chosen for a viewer last, whether or not the server has confirmed it. */
  chosenFor(viewer: Viewer): Grant {
    return this.#chosen.value.get(viewer.id) ?? viewer;
  }

  /** Resolves when the grant is applied everywhere. A later one for the same viewer waits, so that the last choice wins. */
  async grant(viewerId: string, grant: Grant): Promise<void> {
    this.#chosen.value = new Map(this.#chosen.value).set(viewerId, grant);
    const turn = (this.#turns.get(viewerId) ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => this.#sendGrant(viewerId, grant));
    this.#turns.set(viewerId, turn);
    try {
      await turn;
    } finally {
      if (this.#chosen.value.get(viewerId) === grant) {
        const others = new Map(this.#chosen.value);
        others.delete(viewerId);
        this.#chosen.value = others;
        this.#turns.delete(viewerId);
      }
    }
  }

  async #sendGrant(viewerId: string, grant: Grant): Promise<void> {
    const before = this.viewers.value.find(({ id }) => id === viewerId);
    const now = await this.#connection.api.viewers.grant(viewerId, grant);
    if (before) this.#hidden.remember(viewerId, before);
    this.viewers.value = this.viewers.value.map((viewer) => (viewer.id === viewerId ? { ...viewer, ...now } : viewer));
  }

  /** What a viewer saw before the user hid from it; undefined if this page does not know. */
  grantBeforeHiding(viewerId: string): Grant | undefined {
    return this.#hidden.get(viewerId);
  }

  /** Resolves when it is applied everywhere. `until`: ms since the epoch; null: no expiry. */
  async setPaused(paused: boolean, until: number | null): Promise<void> {
    const { sharing } = this.#connection.api;
    this.sharing.value = paused ? await sharing.pause(until) : await sharing.resume(until);
  }

  /** Only a read of everything proves that nothing is missing any more. */
  async #reportProblem(read: Promise<void>, isEverything = false): Promise<void> {
    try {
      await read;
      if (isEverything) this.problem.value = null;
    } catch (error) {
      this.problem.value = error as NearbyError;
    }
  }

  async #readSharing(): Promise<void> {
    this.sharing.value = await this.#connection.api.sharing.get();
  }

  async #readViewers(): Promise<void> {
    this.viewers.value = await collect(this.#connection.api.viewers.all({ limit: 200 }));
  }

  async #readAll(): Promise<void> {
    const { me, friends, requests } = this.#connection.api;
    const [profile, allFriends, open] = await Promise.all([
      me.get(),
      collect(friends.all({ limit: 200 })),
      requests.list(),
      this.#readViewers(),
      this.#readSharing(),
    ]);
    const known = new Set(this.requests.value.incoming.map(({ id }) => id));
    const isFirst = this.profile.value === null;
    this.profile.value = profile;
    this.friends.value = allFriends;
    this.requests.value = open;
    if (isFirst) return;
    for (const request of open.incoming) if (!known.has(request.id)) this.#onRequest(requesterLabel(request));
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
