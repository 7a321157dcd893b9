/** Does what a person has asked for, and says how it went. */
import type { Announcer } from '../announce/announcer.ts';
import { texts } from '../texts/language.ts';
import { problemText } from '../texts/problem-text.ts';

export class Doing {
  readonly #announcer: Announcer;

  constructor(announcer: Announcer) {
    this.#announcer = announcer;
  }

  /** Says `done` once `work` has come to its end, or what went wrong. Resolves with whether it went well. */
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
}
