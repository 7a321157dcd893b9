/**
 * Signing in with an identity provider, as one tab sees it.
 *
 *     out ──begin──▶ at the provider ──resume: answer──▶ in ──renew, resume──▶ in
 *      ▲                    │ refused                    │ no refresh token: at the provider, silently
 *      └────────────────────┴──────────forget────────────┘
 *
 * The state is in the tab's store, because each way to the provider ends this document.
 */
import { ProviderError } from './provider-error.ts';
import type { PendingSignIn, ProviderFlow, ProviderTokens } from './provider-flow.ts';
import type { KeptTokens, TabStore } from './tab-store.ts';

/** The parts of the browser that are used. */
export interface TabWindow {
  url(): URL;
  /** Replaces the address in the bar and in the history, without a request. */
  replaceUrl(url: URL): void;
  /** Leaves the page. */
  leaveFor(url: URL): void;
  isSecure(): boolean;
  now(): number;
  /** See claimTab. */
  claim(name: string): Promise<boolean>;
}

interface ProviderSignInOptions {
  readonly flow: () => Promise<ProviderFlow>;
  readonly store: TabStore;
  readonly window: TabWindow;
  /** Which token the API gets. */
  readonly token: 'access' | 'id';
}

/** The parameters that a provider adds to the page's address. */
const ANSWER = ['code', 'state', 'iss', 'session_state', 'error', 'error_description', 'error_uri', 'scope'];
/** A token with less left is renewed before it is used, ms. */
const MIN_LIFETIME_MS = 10_000;
/** Where the provider does not say how long a token lives, ms. */
const ASSUMED_LIFETIME_MS = 5 * 60_000;

export class ProviderSignIn {
  readonly #options: ProviderSignInOptions;

  constructor(options: ProviderSignInOptions) {
    this.#options = options;
  }

  /** Goes to the provider. Resolves when the page is being left; rejects with a `ProviderError`, and then nothing has changed. */
  async begin({ isSilent = false }: { readonly isSilent?: boolean } = {}): Promise<void> {
    const { store, window } = this.#options;
    if (!window.isSecure()) throw new ProviderError('insecure');
    const flow = await this.#flow();
    const pending = flow.newPending(isSilent);
    const url = await flow.authorizationUrl(pending);
    store.savePending(pending);
    window.leaveFor(url);
  }

  /**
   * Goes on with what this tab has begun or has had before a reload. Resolves with the token for the API, with null when
   * nothing was begun, and with `leaving` when the page goes to the provider. Rejects with a `ProviderError`.
   */
  async resume(): Promise<string | null | 'leaving'> {
    const { store, window } = this.#options;
    const answer = this.#takeAnswer();
    const pending = answer === null ? null : store.takePending();
    if (answer !== null && pending !== null && pending.state === answer.searchParams.get('state'))
      return this.#tokenOf(await this.#accept(answer, pending));
    const kept = store.readTokens();
    // The way back in the history leads to old answers: a tab that is signed in ignores them.
    if (answer !== null && kept === null) throw new ProviderError('not_begun_here');
    if (kept === null) return null;
    if (!(await window.claim(kept.tab))) {
      this.forget();
      await this.begin({ isSilent: true });
      return 'leaving';
    }
    const leftMs = kept.expiresAt - window.now();
    return leftMs > MIN_LIFETIME_MS ? this.#tokenOf(kept) : await this.renew();
  }

  /**
   * Resolves with a newer token, or with `leaving`. Rejects with a `ProviderError`: after `expired` the user must sign in
   * again, and after any other one a later call may succeed.
   */
  async renew(): Promise<string | 'leaving'> {
    const kept = this.#options.store.readTokens();
    if (kept?.refreshToken !== undefined) {
      try {
        const tokens = await (await this.#flow()).refresh(kept.refreshToken);
        // Not every provider rotates them, and not every answer has an ID token.
        const { refreshToken = kept.refreshToken, idToken = kept.idToken } = tokens;
        const isNew = this.#options.token === 'access' || tokens.idToken !== undefined;
        if (isNew) return this.#tokenOf(this.#keep({ ...tokens, refreshToken, idToken }));
      } catch (error) {
        if (!(error instanceof ProviderError) || error.code !== 'expired') throw error;
      }
    }
    // The provider may still know its user.
    await this.begin({ isSilent: true });
    return 'leaving';
  }

  /** Forgets the tokens. */
  forget(): void {
    this.#options.store.saveTokens(null);
  }

  /** Forgets the tokens and ends the session at the provider, if it has an address for that and can be reached. */
  async end(): Promise<void> {
    const kept = this.#options.store.readTokens();
    this.forget();
    if (kept === null) return;
    try {
      const url = await (await this.#flow()).endSessionUrl(kept.idToken);
      if (url !== undefined) this.#options.window.leaveFor(url);
    } catch {
      // Signed out here in any case.
    }
  }

  /** The script of the flow is loaded when it is needed, which may fail as any request. */
  async #flow(): Promise<ProviderFlow> {
    try {
      return await this.#options.flow();
    } catch (cause) {
      throw new ProviderError('unreachable', { cause });
    }
  }

  /** The answer in the address, which is removed from there at once. */
  #takeAnswer(): URL | null {
    const { window } = this.#options;
    const answer = window.url();
    const { searchParams } = answer;
    if (!searchParams.has('state') || !(searchParams.has('code') || searchParams.has('error'))) return null;
    const clean = new URL(answer);
    for (const name of ANSWER) clean.searchParams.delete(name);
    window.replaceUrl(clean);
    return answer;
  }

  async #accept(answer: URL, pending: PendingSignIn): Promise<KeptTokens> {
    try {
      const kept = this.#keep(await (await this.#flow()).exchange(answer, pending));
      await this.#options.window.claim(kept.tab);
      return kept;
    } catch (error) {
      if (!(error instanceof ProviderError) || error.code !== 'expired') throw error;
      this.forget();
      // The code was used or is too old, and its user has not been signed in before.
      throw pending.isSilent ? error : new ProviderError('not_begun_here', { cause: error });
    }
  }

  #keep({ expiresInSeconds, ...tokens }: ProviderTokens): KeptTokens {
    const lifetimeMs = expiresInSeconds === undefined ? ASSUMED_LIFETIME_MS : expiresInSeconds * 1_000;
    const { store, window } = this.#options;
    const tab = store.readTokens()?.tab ?? crypto.randomUUID();
    const kept = { ...tokens, tab, expiresAt: window.now() + lifetimeMs };
    store.saveTokens(kept);
    return kept;
  }

  #tokenOf({ accessToken, idToken }: KeptTokens): string {
    if (this.#options.token === 'access') return accessToken;
    if (idToken === undefined) throw new ProviderError('unexpected');
    return idToken;
  }
}
