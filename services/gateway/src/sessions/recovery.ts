/** Makes every list right again after messages may have been lost (S4). */
import type { UserId } from '@nearby-friends/protocol';
import type { Logger } from '@nearby-friends/service-kit';
import type { Session } from '../viewer/session.ts';

/**
 * Redis may have come back with its memory or without. So every session's own position is kept again under its own
 * time (older never replaces newer), every watched entry is read again, and every session looks for friends who became
 * active unheard. An entry that is missing does not remove a friend: the position held here counts until its TTL.
 */
export class Recovery {
  readonly #sessions: () => Iterable<Session>;
  readonly #repeatPosition: (session: Session) => Promise<void>;
  readonly #watchedFriends: () => UserId[];
  readonly #refresh: (friend: UserId) => Promise<void>;
  readonly #reopen: (session: Session) => Promise<void>;
  readonly #logger: Logger;
  #isWanted = false;
  #isRunning = false;

  constructor(options: {
    sessions: () => Iterable<Session>;
    repeatPosition: (session: Session) => Promise<void>;
    watchedFriends: () => UserId[];
    /** Reads a friend's entry anew; retries by itself and never rejects. */
    refresh: (friend: UserId) => Promise<void>;
    /** Retries by itself and never rejects. */
    reopen: (session: Session) => Promise<void>;
    logger: Logger;
  }) {
    this.#sessions = options.sessions;
    this.#repeatPosition = options.repeatPosition;
    this.#watchedFriends = options.watchedFriends;
    this.#refresh = options.refresh;
    this.#reopen = options.reopen;
    this.#logger = options.logger;
  }

  /** A loss that comes while one is being made good is made good once afterwards, however many there were. */
  async run(): Promise<void> {
    this.#isWanted = true;
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        await this.#recover();
      }
    } finally {
      this.#isRunning = false;
    }
  }

  async #recover(): Promise<void> {
    const sessions = [...this.#sessions()];
    await Promise.all(sessions.map((session) => this.#repeatPosition(session)));
    await Promise.all([
      ...this.#watchedFriends().map((friend) => this.#refresh(friend)),
      ...sessions.filter((session) => session.own !== null).map((session) => this.#reopen(session)),
    ]);
    this.#logger.info({ sessions: sessions.length }, 'recovered from a loss of messages');
  }
}
