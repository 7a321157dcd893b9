/** Who is signed in on this page, and the connection that comes with it. */
import {
  type ConnectionStatus,
  connect,
  type NearbyConnection,
  NearbyError,
  signInForDevelopment,
} from '@nearby-friends/client';
import { type ReadonlySignal, signal } from '@preact/signals';
import { Announcer, type AnnouncerTexts } from '../announce/announcer.ts';
import { prefersCalm } from '../look/prefers-calm.ts';
import { OwnPosition } from '../me/own-position.ts';
import { NearbyFriends } from '../nearby/nearby-friends.ts';
import { Friendships } from '../people/friendships.ts';
import { type KeptChoice, keptChoice } from '../settings/kept-choice.ts';
import type { PageConfig } from '../settings/page-config.ts';
import { signalOf } from './signal-of.ts';
import { subjectOf } from './token-subject.ts';
import { isUserId } from './user-id.ts';

/** Everything a signed-in person's page is made of. */
export interface SignedIn {
  readonly userId: string;
  /** Whether this is a trial with a token for the asking, where nobody minds a made-up position. */
  readonly isTrial: boolean;
  readonly connection: NearbyConnection;
  readonly status: ReadonlySignal<ConnectionStatus>;
  readonly me: OwnPosition;
  readonly nearby: NearbyFriends;
  readonly people: Friendships;
}

type SessionState =
  | { readonly kind: 'signed-out'; readonly problem?: NearbyError }
  | { readonly kind: 'signing-in' }
  | ({ readonly kind: 'signed-in' } & SignedIn);

export class Session {
  readonly state = signal<SessionState>({ kind: 'signed-out' });
  readonly announcer: Announcer;
  readonly #config: PageConfig;
  /** Per tab: two tabs can be two people. Only the name is kept, never a token. */
  readonly #keptUser: KeptChoice<string> = keptChoice('user', isUserId, () => sessionStorage);

  constructor(options: { readonly config: PageConfig; readonly texts: () => AnnouncerTexts }) {
    this.#config = options.config;
    this.announcer = new Announcer(options);
  }

  /** Signs in whoever was signed in before the page was loaded anew. */
  async resume(): Promise<void> {
    const userId = this.#keptUser.read();
    if (userId !== null) await this.signInAs(userId);
  }

  /** As anybody, where the system gives tokens for the asking. */
  async signInAs(userId: string): Promise<void> {
    const getToken = async () => (await signInForDevelopment({ url: location.origin, userId })).token;
    await this.#signIn(async () => ({ userId, isTrial: true, token: await getToken(), getToken }));
    if (this.state.value.kind === 'signed-in') this.#keptUser.keep(userId);
  }

  /** With a token that somebody else has given. */
  async signInWith(token: string): Promise<void> {
    await this.#signIn(async () => {
      const userId = subjectOf(token);
      if (userId !== undefined) return { userId, isTrial: false, token };
      throw new NearbyError({ code: 'unauthorized', message: 'That is no token.', retryable: false });
    });
  }

  signOut(problem?: NearbyError): void {
    const state = this.state.value;
    this.#keptUser.keep(null);
    this.state.value = problem === undefined ? { kind: 'signed-out' } : { kind: 'signed-out', problem };
    if (state.kind !== 'signed-in') return;
    state.me.stop();
    state.nearby.stop();
    state.people.stop();
    state.connection.close();
  }

  async #signIn(
    identify: () => Promise<{ userId: string; isTrial: boolean; token: string; getToken?: () => Promise<string> }>,
  ): Promise<void> {
    this.state.value = { kind: 'signing-in' };
    try {
      const { userId, isTrial, ...credentials } = await identify();
      this.#open(userId, isTrial, connect({ url: location.origin, ...credentials }));
    } catch (error) {
      if (!(error instanceof NearbyError)) throw error;
      this.state.value = { kind: 'signed-out', problem: error };
    }
  }

  #open(userId: string, isTrial: boolean, connection: NearbyConnection): void {
    const people = new Friendships({ connection, onAsked: (name) => this.announcer.asked(name) });
    const me = new OwnPosition({ connection, startAt: this.#config.startAt });
    const nearby = new NearbyFriends({
      connection,
      nameOf: (id) => people.nameOf(id),
      announcer: this.announcer,
      isCalm: prefersCalm,
    });
    this.state.value = {
      kind: 'signed-in',
      userId,
      isTrial,
      connection,
      status: signalOf(connection.status),
      me,
      nearby,
      people,
    };
    connection.status.subscribe((status) => {
      if (status.kind === 'closed' && status.error) this.signOut(status.error);
    });
    people.start();
    if (isTrial) me.walkFromWhereIWas();
  }
}
