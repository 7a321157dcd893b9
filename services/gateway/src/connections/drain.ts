/** Moves every client to other replicas before this one stops (W3). */
import { SERVER_DRAINING } from '@nearby-friends/protocol';
import type { Clock, Component, Logger } from '@nearby-friends/service-kit';
import type { Sessions } from '../sessions/sessions.ts';
import type { Session } from '../viewer/session.ts';
import type { SocketServer } from './socket-server.ts';

/** Transports are closed in waves this far apart. */
const WAVE_INTERVAL_MS = 100;
/** A client has at least this long between the announcement and the end of its connection. */
const MIN_NOTICE_MS = 200;
/** The last transports may take this long to close. */
const CLOSE_DEADLINE_MS = 2_000;

/**
 * Announces to each client a random time within the spread, and closes its transport at that time. A client that reconnects
 * at the announced time is offline for one handshake; any other reconnects after its transport has closed. The spread
 * protects the other replicas from a rush.
 */
export class Drain implements Component {
  readonly name = 'drain';
  readonly #sessions: Pick<Sessions, 'all'>;
  readonly #sockets: Pick<SocketServer, 'closeTransport'>;
  readonly #spreadMs: number;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #logger: Logger;

  constructor(options: {
    sessions: Pick<Sessions, 'all'>;
    sockets: Pick<SocketServer, 'closeTransport'>;
    spreadMs: number;
    clock: Clock;
    /** 0 ≤ x < 1. */
    random: () => number;
    logger: Logger;
  }) {
    this.#sessions = options.sessions;
    this.#sockets = options.sockets;
    this.#spreadMs = options.spreadMs;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#logger = options.logger;
  }

  /** Resolves when no session is left, or after the deadline of the last ones. */
  async drain(): Promise<void> {
    const leaving = [...this.#sessions.all()].map((session) => ({ session, leaveInMs: this.#leaveInMs() }));
    if (leaving.length === 0) return;
    this.#logger.info({ sessions: leaving.length, spreadMs: this.#spreadMs }, 'drain started');
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
          if (!next.session.isClosed) this.#sockets.closeTransport(next.session);
        }
        const remaining = leaving.filter(({ session }) => !session.isClosed).length;
        if (remaining > 0 && now < deadline) return;
        cancel();
        this.#logger.info({ remaining }, 'drain finished');
        resolve();
      });
    });
  }
}
