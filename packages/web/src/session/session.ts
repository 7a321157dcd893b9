/** The signed-in user of this page and the connection. */
import {
  type ConnectionStatus,
  connect,
  createApi,
  type NearbyConnection,
  NearbyError,
  signInForDevelopment,
  type TransportName,
} from '@nearby-friends/client';
import { type ReadonlySignal, signal } from '@preact/signals';
import { Announcer, type AnnouncerTexts } from '../announce/announcer.ts';
import { Alerts } from '../me/alerts.ts';
import { OwnPosition } from '../me/own-position.ts';
import { pushBrowser } from '../me/push-browser.ts';
import { ScreenWakeLock } from '../me/screen-wake-lock.ts';
import { NearbyFriends } from '../nearby/nearby-friends.ts';
import { ProviderError } from '../oidc/provider-error.ts';
import type { ProviderSignIn } from '../oidc/provider-sign-in.ts';
import { Friendships } from '../people/friendships.ts';
import { OpenedInvite } from '../people/invite-link.ts';
import { pageBase } from '../settings/page-base.ts';
import type { PageConfig } from '../settings/page-config.ts';
import { now, setClock, updateNow } from '../state/now.ts';
import { signalOf } from '../state/signal-of.ts';
import { type StoredChoice, storedChoice } from '../state/stored-choice.ts';
import { language } from '../texts/language.ts';
import { prefersReducedMotion } from '../ui/prefers-reduced-motion.ts';
import { isUserId } from './is-user-id.ts';

/** The parts of a signed-in page. */
export interface SignedIn {
  /** As the server has it: it may be from any claim of the token. */
  readonly userId: string;
  /** Whether the deployment issues development tokens, so that a position on the map may be made up. */
  readonly isTrial: boolean;
  readonly connection: NearbyConnection;
  readonly status: ReadonlySignal<ConnectionStatus>;
  readonly transport: ReadonlySignal<TransportName | undefined>;
  /** Whether friends see the location of this window; undefined while that is not known. */
  readonly isSharing: ReadonlySignal<boolean | undefined>;
  readonly me: OwnPosition;
  readonly nearby: NearbyFriends;
  readonly people: Friendships;
  readonly wakeLock: ScreenWakeLock;
  readonly alerts: Alerts;
}

export type SignInProblem = NearbyError | ProviderError;

type SessionState =
  | { readonly kind: 'signed-out'; readonly problem?: SignInProblem }
  | { readonly kind: 'signing-in' }
  | ({ readonly kind: 'signed-in' } & SignedIn);

/** Three parts; anything else may not even be a header. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
/** Maximum time that signing out waits, ms. */
const SIGN_OUT_TIMEOUT_MS = 5_000;

export class Session {
  readonly state = signal<SessionState>({ kind: 'signed-out' });
  readonly announcer: Announcer;
  /** The invite that this tab was opened with, also before its user is signed in. */
  readonly openedInvite: OpenedInvite;
  readonly #config: PageConfig;
  /** Stored per tab, so that two tabs can be two users. Only the name is stored, never a token. */
  readonly #storedUser: StoredChoice<string> = storedChoice('user', isUserId, () => sessionStorage);

  /** The identity provider of this deployment. Null: it has none that the page knows. */
  readonly provider: ProviderSignIn | null;

  constructor(options: {
    readonly config: PageConfig;
    readonly provider?: ProviderSignIn | null;
    readonly openedInvite?: OpenedInvite;
    readonly texts: () => AnnouncerTexts;
  }) {
    this.#config = options.config;
    this.provider = options.provider ?? null;
    this.openedInvite = options.openedInvite ?? new OpenedInvite();
    this.announcer = new Announcer(options);
  }

  /** Signs in the user who comes back from the identity provider, or the one of before a reload. */
  async resume(): Promise<void> {
    if (this.provider !== null && (await this.#resumeAtProvider(this.provider))) return;
    const userId = this.#storedUser.read();
    if (userId !== null) await this.#signInForTrial(userId);
  }

  /** Signs in with a development token. The user starts at a made-up place, as the sign-in page says. */
  async signInAs(userId: string): Promise<void> {
    await this.#signInForTrial(userId);
    const state = this.state.value;
    if (state.kind === 'signed-in' && state.me.source.value === 'none') state.me.startWalking();
  }

  async #signInForTrial(userId: string): Promise<void> {
    const getToken = async () => (await signInForDevelopment({ url: pageBase(), userId })).token;
    await this.#signIn(async () => ({ userId, isTrial: true, token: await getToken(), getToken }));
    if (this.state.value.kind === 'signed-in') this.#storedUser.save(userId);
  }

  /** Signs in with a token of an identity provider. */
  async signInWith(token: string): Promise<void> {
    await this.#signIn(async () => {
      if (!JWT.test(token)) {
        throw new NearbyError({ code: 'unauthorized', message: 'The token is not a JWT.', retryable: false });
      }
      return { userId: await readUserId(token), isTrial: false, token };
    });
  }

  /** Leaves for the identity provider. */
  async beginAtProvider(): Promise<void> {
    this.state.value = { kind: 'signing-in' };
    try {
      await this.provider?.begin();
    } catch (error) {
      this.#showProblem(error);
    }
  }

  /** The browser shows this page again as it was when it was left for the provider. */
  cancelLeaving(): void {
    if (this.state.value.kind === 'signing-in') this.state.value = { kind: 'signed-out' };
  }

  /** Resolves with whether there was something to go on with. */
  async #resumeAtProvider(provider: ProviderSignIn): Promise<boolean> {
    this.state.value = { kind: 'signing-in' };
    try {
      const token = await provider.resume();
      if (token === null) this.state.value = { kind: 'signed-out' };
      else if (token !== 'leaving') await this.#signInFrom(provider, token);
      return token !== null;
    } catch (error) {
      this.#showProblem(error);
      return true;
    }
  }

  async #signInFrom(provider: ProviderSignIn, token: string): Promise<void> {
    const getToken = async (): Promise<string> => {
      try {
        const newer = await provider.renew();
        // The page is being left, and comes back with a token.
        return newer === 'leaving' ? await new Promise<never>(() => undefined) : newer;
      } catch (error) {
        if (error instanceof ProviderError && error.code === 'expired') this.#end(error);
        throw error;
      }
    };
    await this.#signIn(async () => {
      try {
        return { userId: await readUserId(token), isTrial: false, token, getToken };
      } catch (error) {
        if (!(error instanceof NearbyError) || error.code !== 'unauthorized') throw error;
        // Another sign-in would end here, too.
        provider.forget();
        throw new ProviderError('not_accepted', { cause: error });
      }
    });
  }

  /**
   * Signs out on this device, or on all devices of the user. Sharing ends at once: friends do not see the last place for
   * the minutes that it would otherwise stay. Resolves with whether the server has confirmed that.
   */
  async signOut({ everywhere }: { readonly everywhere: boolean }): Promise<boolean> {
    const state = this.state.value;
    if (state.kind !== 'signed-in') return true;
    // A report that is under way could otherwise arrive after the end of sharing.
    state.me.stop();
    state.connection.close();
    try {
      const signal = AbortSignal.timeout(SIGN_OUT_TIMEOUT_MS);
      // Whoever uses this browser next must not be alerted of this user's friends.
      if (state.alerts.isOnHere.value) await state.alerts.turnOff();
      await state.connection.api.account.signOut({ everywhere, stopSharing: true }, { signal });
      return true;
    } catch {
      return false;
    } finally {
      // Shows the sign-in page at once, and leaves for the provider's sign-out when that address is known.
      void this.provider?.end();
      this.#end();
    }
  }

  /** Erases the account and signs out. Rejects with a `NearbyError`; then the user is still signed in. */
  async erase(): Promise<void> {
    const state = this.state.value;
    if (state.kind !== 'signed-in') return;
    await state.connection.api.account.erase();
    // The connection may have ended before the response came, and says the same.
    this.#end();
  }

  /** Closes the connection and shows the sign-in page. */
  #end(problem?: SignInProblem): void {
    const state = this.state.value;
    this.#storedUser.save(null);
    this.provider?.forget();
    this.state.value = problem === undefined ? { kind: 'signed-out' } : { kind: 'signed-out', problem };
    if (state.kind !== 'signed-in') return;
    state.me.stop();
    state.nearby.stop();
    state.people.stop();
    state.wakeLock.stop();
    state.connection.close();
    setClock(() => Date.now());
  }

  async #signIn(
    identify: () => Promise<{ userId: string; isTrial: boolean; token: string; getToken?: () => Promise<string> }>,
  ): Promise<void> {
    this.state.value = { kind: 'signing-in' };
    try {
      const { userId, isTrial, ...credentials } = await identify();
      this.#open(userId, isTrial, connect({ url: pageBase(), ...credentials }));
    } catch (error) {
      this.#showProblem(error);
    }
  }

  #showProblem(error: unknown): void {
    if (!(error instanceof NearbyError || error instanceof ProviderError)) throw error;
    this.state.value = { kind: 'signed-out', problem: error };
  }

  #open(userId: string, isTrial: boolean, connection: NearbyConnection): void {
    const people = new Friendships({ connection, onRequest: (name) => this.announcer.friendRequested(name) });
    const me = new OwnPosition({ connection, startAt: this.#config.startAt });
    const nearby = new NearbyFriends({
      connection,
      nameOf: (id) => people.labelOf(id),
      announcer: this.announcer,
      prefersReducedMotion: prefersReducedMotion,
    });
    const alerts = new Alerts({ api: connection.api, browser: pushBrowser, language: () => language.value });
    this.state.value = {
      kind: 'signed-in',
      userId,
      isTrial,
      connection,
      status: signalOf(connection.status),
      transport: signalOf(connection.transport),
      isSharing: signalOf(connection.isSharing),
      me,
      nearby,
      people,
      wakeLock: new ScreenWakeLock({ isReporting: () => me.source.value !== 'none' && !people.isPausedAt(now.value) }),
      alerts,
    };
    connection.status.subscribe((status) => {
      if (status.kind === 'closed' && status.error) this.#end(status.error);
      updateNow();
      // Failures are not told: the next start renews as well.
      if (status.kind === 'online' && alerts.settings.value === null) alerts.renew().catch(() => undefined);
    });
    setClock(() => connection.serverNow());
    people.start();
    me.resume();
  }
}

async function readUserId(token: string): Promise<string> {
  return (await createApi({ url: pageBase(), token }).me.get()).id;
}
