/** Runs an action of the user and announces its result. */
import type { Announcer } from '../announce/announcer.ts';
import { texts } from '../texts/language.ts';
import { problemText } from '../texts/problem-text.ts';

export class ActionRunner {
  readonly #announcer: Announcer;

  constructor(announcer: Announcer) {
    this.#announcer = announcer;
  }

  /** Announces `done` after success, or the error. Resolves with whether it succeeded. */
  async run(work: () => Promise<void>, done: () => string): Promise<boolean> {
    try {
      await work();
      this.#announcer.say(done());
      return true;
    } catch (error) {
      this.#announcer.say(problemText(error, texts.value));
      return false;
    }
  }

  /** Announces an error only. */
  async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#announcer.say(problemText(error, texts.value));
    }
  }

  say(text: () => string): void {
    this.#announcer.say(text());
  }
}
