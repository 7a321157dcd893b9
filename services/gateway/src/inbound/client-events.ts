/** What a client may send on its connection, and what it is answered. */
import {
  type Ack,
  ackFailure,
  asCodedError,
  CodedError,
  LOCATION_UPDATE,
  RADIUS_SET,
  radiusSetSchema,
  TOKEN_REFRESH,
  tokenRefreshSchema,
} from '@nearby-friends/protocol';
import type { Clock, Logger, TokenVerifier, VerifiedToken } from '@nearby-friends/service-kit';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { Session } from '../viewer/session.ts';
import { parsePayload } from './parse-payload.ts';
import { RateLimit } from './rate-limit.ts';

/** A client that has been refused this often, and goes on, is closed. It regains its credit as it calms down. */
const REFUSALS_BURST = 50;
const REFUSALS_PER_SECOND = 1;

/** Answers beside those of one burst that may wait for a client that does not read. Socket.IO would queue any number. */
export const MAX_UNREAD_ACKS = 64;

/** What a handler gives is added to `{ok: true}`; what it throws becomes `{ok: false, …}`. */
type Handler = (session: Session, payload: unknown) => Promise<object>;

export class ClientEvents {
  readonly #handlers: ReadonlyMap<string, Handler>;
  readonly #limits: { eventsPerSecond: number; eventsBurst: number };
  readonly #metrics: GatewayMetrics;
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(options: {
    receivePosition: (session: Session, payload: unknown) => Promise<{ at: number }>;
    /** Keeps the radius in the profile and applies it to this session. */
    setRadius: (session: Session, meters: number) => Promise<void>;
    verifier: TokenVerifier;
    /** Whether a valid token has been called back since it was issued. */
    isRevoked: (token: VerifiedToken) => boolean;
    limits: { eventsPerSecond: number; eventsBurst: number };
    metrics: GatewayMetrics;
    clock: Clock;
    logger: Logger;
  }) {
    this.#limits = options.limits;
    this.#metrics = options.metrics;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#handlers = new Map<string, Handler>([
      [LOCATION_UPDATE, options.receivePosition],
      [
        RADIUS_SET,
        async (session, payload) => {
          await options.setRadius(session, parsePayload(radiusSetSchema, payload).meters);
          return {};
        },
      ],
      [
        TOKEN_REFRESH,
        async (session, payload) => {
          const { token } = parsePayload(tokenRefreshSchema, payload);
          const verified = await options.verifier.verify(token);
          if (verified.userId !== session.user) {
            throw new CodedError('unauthorized', "The token is another user's. Connect anew for that.");
          }
          if (options.isRevoked(verified) || session.isRevoked(verified.issuedAt)) {
            throw new CodedError('unauthorized', 'The token has been called back. Sign in and connect again.');
          }
          session.tokenExpiresAt = verified.expiresAt;
          session.tokenIssuedAt = verified.issuedAt;
          return {};
        },
      ],
    ]);
  }

  /** A function that takes every event of one session's client, with its own limits. */
  receiverFor(session: Session): (event: string, args: readonly unknown[]) => void {
    const now = this.#clock.now();
    const { eventsPerSecond: perSecond, eventsBurst: burst } = this.#limits;
    const events = new RateLimit({ perSecond, burst, now });
    const refusals = new RateLimit({ perSecond: REFUSALS_PER_SECOND, burst: REFUSALS_BURST, now });
    let unread = 0;
    return (event, args) => {
      // What had arrived before the connection was closed comes after.
      if (session.isClosed) return;
      const last = args.at(-1);
      const ack = (answer: Ack): void => {
        if (typeof last !== 'function') return;
        unread = session.transport.isWritable() ? 0 : unread + 1;
        if (unread <= burst + MAX_UNREAD_ACKS) last(answer);
        else this.#closeForAbuse(session, 'does not read', () => session.transport.cutOff());
      };
      this.#receive(session, event, args[0], events).then(
        (fields) => ack({ ok: true, ...fields }),
        (error: unknown) => {
          const coded = asCodedError(error);
          this.#metrics.rejected.inc({ code: coded.code });
          if (coded.code === 'internal') {
            this.#logger.error({ session: session.id, event, error: coded.cause }, 'an event failed');
          }
          ack(ackFailure(coded));
          if (coded.code !== 'unavailable' && !refusals.take(this.#clock.now())) {
            this.#closeForAbuse(session, coded.code, () => session.transport.disconnect());
          }
        },
      );
    };
  }

  #closeForAbuse(session: Session, reason: string, close: () => void): void {
    if (session.isClosed) return;
    this.#metrics.closedForAbuse.inc();
    this.#logger.warn({ session: session.id, reason }, 'closed a connection that would not stop');
    close();
  }

  async #receive(session: Session, event: string, payload: unknown, limit: RateLimit): Promise<object> {
    if (!limit.take(this.#clock.now())) {
      throw new CodedError('rate_limited', 'Too many events. Send fewer, the newest position is enough.');
    }
    const handle = this.#handlers.get(event);
    if (!handle)
      throw new CodedError('invalid_payload', 'There is no such event. See the protocol for those there are.');
    this.#metrics.received.inc({ event });
    return handle(session, payload);
  }
}
