/** Announces friends who come near and leave to screen readers, at a rate that a user can follow. */
import { signal } from '@preact/signals';

export interface AnnouncerTexts {
  cameNear(names: readonly string[]): string;
  left(names: readonly string[]): string;
  wantsToBeFriends(name: string): string;
}

/** Minimum interval between announcements, ms. Reading a sentence aloud takes about this long. */
export const MIN_INTERVAL_MS = 5_000;

export class Announcer {
  /** The last announcement of friends who came near or left. */
  readonly announcement = signal('');
  /** The result of the last action, or its error. */
  readonly statusMessage = signal('');
  readonly #texts: () => AnnouncerTexts;
  readonly #setTimer: (run: () => void, ms: number) => void;
  /** Friends who came near or left since the last announcement, with their latest state. */
  readonly #waiting = new Map<string, { readonly name: string; readonly isNear: boolean }>();
  #isTimerPending = false;

  constructor(options: {
    readonly texts: () => AnnouncerTexts;
    readonly setTimer?: (run: () => void, ms: number) => void;
  }) {
    this.#texts = options.texts;
    this.#setTimer = options.setTimer ?? ((run, ms) => void setTimeout(run, ms));
  }

  cameNear(id: string, name: string): void {
    this.#record(id, name, true);
  }

  left(id: string, name: string): void {
    this.#record(id, name, false);
  }

  friendRequested(name: string): void {
    this.say(this.#texts().wantsToBeFriends(name));
  }

  /** Shows and announces a sentence immediately. */
  say(sentence: string): void {
    // Screen readers ignore an unchanged text, so a repeated sentence gets a trailing space.
    this.statusMessage.value = this.statusMessage.value === sentence ? `${sentence}\u00a0` : sentence;
  }

  #record(id: string, name: string, isNear: boolean): void {
    const before = this.#waiting.get(id);
    // A change and its reverse before an announcement cancel out.
    if (before !== undefined && before.isNear !== isNear) this.#waiting.delete(id);
    else this.#waiting.set(id, { name, isNear });
    if (this.#isTimerPending) return;
    // Collects all changes of one message into one sentence.
    this.#isTimerPending = true;
    this.#setTimer(() => this.#announce(), 0);
  }

  #announce(): void {
    const { cameNear, left } = this.#texts();
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    const near = all.filter(({ isNear }) => isNear).map(({ name }) => name);
    const gone = all.filter(({ isNear }) => !isNear).map(({ name }) => name);
    const sentences = [...(near.length > 0 ? [cameNear(near)] : []), ...(gone.length > 0 ? [left(gone)] : [])];
    this.#isTimerPending = sentences.length > 0;
    if (sentences.length === 0) return;
    this.announcement.value = sentences.join(' ');
    this.#setTimer(() => this.#announce(), MIN_INTERVAL_MS);
  }
}
