/** Alerts of friends who come near: the user's settings, and whether this browser gets them. */
import { type AlertLanguage, type AlertSettings, type Api, NearbyError } from '@nearby-friends/client';
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { PushBrowser, PushSupport } from './push-browser.ts';

/** What the browser itself refuses, for example without its push service. */
export class PushRefusedError extends Error {}

interface AlertsOptions {
  readonly api: Pick<Api, 'alerts' | 'push'>;
  readonly browser: PushBrowser;
  readonly language: () => AlertLanguage;
}

export class Alerts {
  /** Null: not read yet, or this deployment sends none. */
  readonly settings: ReadonlySignal<AlertSettings | null>;
  /** Whether alerts are shown here. */
  readonly isOnHere: ReadonlySignal<boolean>;
  readonly support: ReadonlySignal<PushSupport>;
  readonly #options: AlertsOptions;
  readonly #settings = signal<AlertSettings | null>(null);
  readonly #isSubscribed = signal(false);
  readonly #support = signal<PushSupport>('none');
  #key = '';

  constructor(options: AlertsOptions) {
    this.#options = options;
    this.settings = this.#settings;
    this.support = this.#support;
    this.isOnHere = computed(() => this.#isSubscribed.value && this.#settings.value?.on === true);
  }

  /** Renews the subscription of a browser that has one. Others ask the server for nothing until the user looks at the settings. */
  async renew(): Promise<void> {
    if ((await this.#options.browser.current()) !== null) await this.load();
  }

  /** Also renews the subscription of this browser. Rejects with a `NearbyError`. */
  async load(): Promise<void> {
    const { api, browser, language } = this.#options;
    try {
      this.#key = await api.push.key();
    } catch (error) {
      if (error instanceof NearbyError && error.code === 'push_off') return;
      throw error;
    }
    this.#support.value = browser.support();
    const current = await browser.current();
    if (current !== null) await api.push.subscribe(current, { language: language() });
    this.#isSubscribed.value = current !== null;
    this.#settings.value = await api.alerts.get();
  }

  /** Call it in an event of the user. Rejects with a `NearbyError` or a {@link PushRefusedError}; without a permission nothing changes. */
  async turnOn(): Promise<void> {
    const { api, browser, language } = this.#options;
    this.#support.value = await browser.ask();
    if (this.#support.value !== 'ready') return;
    const subscription = await browser.subscribe(this.#key).catch((cause: unknown) => {
      throw new PushRefusedError('', { cause });
    });
    await api.push.subscribe(subscription, { language: language() });
    this.#isSubscribed.value = true;
    this.#settings.value = await api.alerts.set({ on: true });
  }

  /** For this browser; others of the user go on. */
  async turnOff(): Promise<void> {
    const { api, browser } = this.#options;
    const current = await browser.current();
    if (current?.endpoint !== undefined) await api.push.unsubscribe(current.endpoint);
    await browser.unsubscribe();
    this.#isSubscribed.value = false;
  }

  async change(change: Parameters<Api['alerts']['set']>[0]): Promise<void> {
    this.#settings.value = await this.#options.api.alerts.set(change);
  }

  /** When alerts of a friend begin again, ms since the epoch; null: the friend is not muted at `now`. */
  mutedUntil(friendId: string, now: number): number | null {
    const until = this.#settings.value?.muted.find(({ id }) => id === friendId)?.until ?? 0;
    return until > now ? until : null;
  }

  async mute(friendId: string, until: number | null): Promise<void> {
    const { alerts } = this.#options.api;
    await alerts.mute(friendId, until);
    this.#settings.value = await alerts.get();
  }
}
