/** Sends every client elsewhere before this replica ends (W3). */
import { SERVER_DRAINING } from '@nearby-friends/protocol';
import type { Clock, Component, Logger } from '@nearby-friends/service-kit';
import type { Session } from '../viewer/session.ts';

/** Transports are closed in waves this far apart. */
const WAVE_INTERVAL_MS = 100;
/** The earliest a client is sent away after it has been told. */
const MIN_NOTICE_MS = 200;
/** How long the last transports may take to close. */
const CLOSE_DEADLINE_MS = 2_000;

/**
 * Each client is told at once when to come back, a time of its own within the spread, and its transport is closed at
 * that time: whoever heeds it is offline for the length of a handshake, whoever does not is closed and comes back by
 * its own delay. The spread keeps the other replicas from a rush.
 */
export class Drain implements Component {
  readonly name = 'drain';
  readonly #sessions: () => Iterable<Session>;
  readonly #closeTransport: (session: Session) => void;
  readonly #spreadMs: number;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #logger: Logger;

  constructor(options: {
    sessions: () => Iterable<Session>;
    /** Closes the transport under the session: unlike a disconnect, it lets the client come back by itself. */
    closeTransport: (session: Session) => void;
    /** Over how long the clients are sent away. */
    spreadMs: number;
    clock: Clock;
    /** 0 ≤ x < 1. */
    random: () => number;
    logger: Logger;
  }) {
    this.#sessions = options.sessions;
    this.#closeTransport = options.closeTransport;
    this.#spreadMs = options.spreadMs;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#logger = options.logger;
  }

  /** Resolves when no session is left, or when the last ones have had their time. */
  async drain(): Promise<void> {
    const leaving = [...this.#sessions()].map((session) => ({ session, leaveInMs: this.#leaveInMs() }));
    if (leaving.length === 0) return;
    this.#logger.info({ sessions: leaving.length, spreadMs: this.#spreadMs }, 'sending the clients elsewhere');
    for (const { session, leaveInMs } of leaving) {
      session.transport.send(SERVER_DRAINING, { reconnectInMs: leaveInMs });
    }
    await this.#closeInWaves(leaving);
  }

  #leaveInMs(): number {
    return Math.round(MIN_NOTICE_MS + this.#random() * Math.max(0, this.#spreadMs - MIN_NOTICE_MS));
  }

  #closeInWaves(leaving: { session: Session; leaveInMs: number }[]): Promise<void> {
    const startedAt = this.#clock.now();
    const soonestLast = leaving.toSorted((a, b) => b.leaveInMs - a.leaveInMs);
    const deadline = startedAt + this.#spreadMs + CLOSE_DEADLINE_MS;
    return new Promise((resolve) => {
      const cancel = this.#clock.every(WAVE_INTERVAL_MS, () => {
        const now = this.#clock.now();
        for (let next = soonestLast.at(-1); next && startedAt + next.leaveInMs <= now; next = soonestLast.at(-1)) {
          soonestLast.pop();
          if (!next.session.isClosed) this.#closeTransport(next.session);
        }
        const remaining = leaving.filter(({ session }) => !session.isClosed).length;
        if (remaining > 0 && now < deadline) return;
        cancel();
        this.#logger.info({ remaining }, 'clients have been sent elsewhere');
        resolve();
      });
    });
  }
}
