/** Says aloud, for screen readers, who comes near and who leaves: never more often than a person can follow. */
import { signal } from '@preact/signals';

export interface AnnouncerTexts {
  cameNear(names: readonly string[]): string;
  left(names: readonly string[]): string;
  wantsToBeFriends(name: string): string;
}

/** One announcement at most in this time: a sentence takes about that long to be read out, ms. */
export const QUIET_MS = 5_000;

export class Announcer {
  /** Who came and left. */
  readonly text = signal('');
  /** What was done, or went wrong. */
  readonly said = signal('');
  readonly #texts: () => AnnouncerTexts;
  readonly #setTimer: (run: () => void, ms: number) => void;
  /** Came near (true) or left (false) since the last announcement; the last state of each counts. */
  readonly #waiting = new Map<string, { readonly name: string; readonly isNear: boolean }>();
  #isQuiet = false;

  constructor(options: {
    readonly texts: () => AnnouncerTexts;
    readonly setTimer?: (run: () => void, ms: number) => void;
  }) {
    this.#texts = options.texts;
    this.#setTimer = options.setTimer ?? ((run, ms) => void setTimeout(run, ms));
  }

  cameNear(id: string, name: string): void {
    this.#note(id, name, true);
  }

  left(id: string, name: string): void {
    this.#note(id, name, false);
  }

  asked(name: string): void {
    this.say(this.#texts().wantsToBeFriends(name));
  }

  /** Said at once. */
  say(sentence: string): void {
    // The same sentence twice would not be read twice.
    this.said.value = this.said.value === sentence ? `${sentence}\u00a0` : sentence;
  }

  #note(id: string, name: string, isNear: boolean): void {
    const before = this.#waiting.get(id);
    // Gone and back, or here and gone, before anybody was told: nothing to tell.
    if (before !== undefined && before.isNear !== isNear) this.#waiting.delete(id);
    else this.#waiting.set(id, { name, isNear });
    if (this.#isQuiet) return;
    // What comes with one message is told with one sentence.
    this.#isQuiet = true;
    this.#setTimer(() => this.#speak(), 0);
  }

  #speak(): void {
    const { cameNear, left } = this.#texts();
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    const near = all.filter(({ isNear }) => isNear).map(({ name }) => name);
    const gone = all.filter(({ isNear }) => !isNear).map(({ name }) => name);
    const sentences = [...(near.length > 0 ? [cameNear(near)] : []), ...(gone.length > 0 ? [left(gone)] : [])];
    this.#isQuiet = sentences.length > 0;
    if (sentences.length === 0) return;
    this.text.value = sentences.join(' ');
    this.#setTimer(() => this.#speak(), QUIET_MS);
  }
}
