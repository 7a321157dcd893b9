/** Keeps the screen on while the user shares from this window, if the user wants that: a dark phone reports nothing. */
import { effect, type ReadonlySignal, signal } from '@preact/signals';
import { storedChoice } from '../state/stored-choice.ts';

interface ScreenWakeLockOptions {
  /** Whether this window reports a position. */
  readonly isReporting: () => boolean;
}

/** Off until the user turns it on. A lock ends when the page is hidden, and is requested again when it is visible. */
export class ScreenWakeLock {
  readonly #stored = storedChoice('keep-screen-on', (text): text is 'on' => text === 'on');
  readonly #isOn = signal(this.#stored.read() !== null);
  readonly #isVisible = signal(document.visibilityState === 'visible');
  readonly #end: () => void;
  #lock: Promise<WakeLockSentinel | undefined> | undefined;

  constructor({ isReporting }: ScreenWakeLockOptions) {
    const update = (): void => {
      this.#isVisible.value = document.visibilityState === 'visible';
    };
    document.addEventListener('visibilitychange', update);
    const stop = effect(() => {
      if (this.#isOn.value && this.#isVisible.value && isReporting()) this.#request();
      else this.#release();
    });
    this.#end = () => {
      document.removeEventListener('visibilitychange', update);
      stop();
      this.#release();
    };
  }

  /** Browsers have it on pages with HTTPS only. */
  static isSupported(): boolean {
    return 'wakeLock' in navigator;
  }

  get isOn(): ReadonlySignal<boolean> {
    return this.#isOn;
  }

  set(isOn: boolean): void {
    this.#isOn.value = isOn;
    this.#stored.save(isOn ? 'on' : null);
  }

  stop(): void {
    this.#end();
  }

  #request(): void {
    // A device with a low battery may refuse it: then the screen goes off as it would without the choice.
    this.#lock ??= navigator.wakeLock?.request('screen').catch(() => undefined);
  }

  #release(): void {
    const lock = this.#lock;
    this.#lock = undefined;
    void lock?.then((held) => held?.release());
  }
}
