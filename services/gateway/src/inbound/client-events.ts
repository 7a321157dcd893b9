/** Dispatches the events of clients to their receivers, and acknowledges them. */
import {
  type Ack,
  ackFailure,
  asCodedError,
  CodedError,
  DEVICE_SHARE,
  LOCATION_UPDATE,
  locationUpdateSchema,
  RADIUS_SET,
  TOKEN_REFRESH,
  VIEWING_SET,
} from '@nearby-friends/protocol';
import type { Clock, Logger } from '@nearby-friends/service-kit';
import { RateLimit } from '@nearby-friends/service-kit';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { Session } from '../viewer/session.ts';
import { BurstConflation } from './burst-conflation.ts';
import type { DeviceReceiver } from './device-receiver.ts';
import type { PositionReceiver } from './position-receiver.ts';
import type { RadiusReceiver } from './radius-receiver.ts';
import type { TokenReceiver } from './token-receiver.ts';
import type { ViewingReceiver } from './viewing-receiver.ts';

/** A client that continues after this many rejected events is disconnected. It regains one per second. */
const REJECTIONS_BURST = 50;
const REJECTIONS_PER_SECOND = 1;

/** A client that was offline sends what it has buffered in one burst, of which only the newest counts. */
export const MAX_CONFLATED = 1_000;

/** Acks beyond one burst that may queue for a client that does not read. Socket.IO's queue has no limit. */
export const MAX_UNREAD_ACKS = MAX_CONFLATED + 64;

/** The fields it resolves with are added to `{ok: true}`; an error becomes `{ok: false, …}`. */
interface EventHandler {
  receive(session: Session, payload: unknown): Promise<object>;
}

export class ClientEvents {
  readonly #positions: Pick<PositionReceiver, 'receive'>;
  readonly #handlers: ReadonlyMap<string, EventHandler>;
  readonly #limits: { eventsPerSecond: number; eventsBurst: number };
  readonly #metrics: GatewayMetrics;
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(options: {
    positions: Pick<PositionReceiver, 'receive'>;
    devices: Pick<DeviceReceiver, 'receive'>;
    radii: Pick<RadiusReceiver, 'receive'>;
    tokens: Pick<TokenReceiver, 'receive'>;
    viewing: Pick<ViewingReceiver, 'receive'>;
    limits: { eventsPerSecond: number; eventsBurst: number };
    metrics: GatewayMetrics;
    clock: Clock;
    logger: Logger;
  }) {
    this.#positions = options.positions;
    this.#limits = options.limits;
    this.#metrics = options.metrics;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#handlers = new Map<string, EventHandler>([
      [DEVICE_SHARE, options.devices],
      [RADIUS_SET, options.radii],
      [TOKEN_REFRESH, options.tokens],
      [VIEWING_SET, options.viewing],
    ]);
  }

  /** A function for every event of one session's client, with limits of its own. */
  receiverFor(session: Session): (event: string, args: readonly unknown[]) => void {
    const now = this.#clock.now();
    const { eventsPerSecond: perSecond, eventsBurst: burst } = this.#limits;
    const events = new RateLimit({ perSecond, burst, now });
    const rejections = new RateLimit({ perSecond: REJECTIONS_PER_SECOND, burst: REJECTIONS_BURST, now });
    const positions = new BurstConflation({
      receive: (payload) => this.#positions.receive(session, payload),
      parse: (payload) => locationUpdateSchema.safeParse(payload).data ?? null,
      events,
      conflations: new RateLimit({ perSecond, burst: MAX_CONFLATED, now }),
      isOver: () => session.isClosed,
      metrics: this.#metrics,
      clock: this.#clock,
    });
    let unread = 0;
    return (event, args) => {
      // Events that arrived before the connection was closed are still dispatched.
      if (session.isClosed) return;
      const last = args.at(-1);
      const acknowledge = (ack: Ack): void => {
        if (typeof last !== 'function') return;
        unread = session.transport.isWritable() ? 0 : unread + 1;
        if (unread <= burst + MAX_UNREAD_ACKS) last(ack);
        else this.#closeForAbuse(session, 'unread', () => session.transport.cutOff());
      };
      this.#receive(session, event, args[0], { positions, events }).then(
        (fields) => acknowledge({ ok: true, ...fields }),
        (error: unknown) => {
          const coded = asCodedError(error);
          this.#metrics.rejected.inc({ code: coded.code });
          if (coded.code === 'internal') {
            this.#logger.error({ session: session.id, event, error: coded.cause }, 'failed to handle an event');
          }
          acknowledge(ackFailure(coded));
          if (coded.code !== 'unavailable' && !rejections.take(this.#clock.now())) {
            this.#closeForAbuse(session, 'rejected', () => session.transport.disconnect());
          }
        },
      );
    };
  }

  #closeForAbuse(session: Session, reason: 'unread' | 'rejected', close: () => void): void {
    if (session.isClosed) return;
    this.#metrics.closedForAbuse.inc({ reason });
    this.#logger.warn({ session: session.id, reason }, 'closed an abusive connection');
    close();
  }

  async #receive(
    session: Session,
    event: string,
    payload: unknown,
    { positions, events }: { positions: BurstConflation; events: RateLimit },
  ): Promise<object> {
    if (event === LOCATION_UPDATE) {
      this.#metrics.received.inc({ event });
      return positions.offer(payload);
    }
    if (!events.take(this.#clock.now())) {
      throw new CodedError('rate_limited', 'Too many events. Send fewer, and wait for their acknowledgements.');
    }
    const handler = this.#handlers.get(event);
    if (!handler) throw new CodedError('invalid_payload', 'Unknown event. The protocol lists the valid events.');
    this.#metrics.received.inc({ event });
    return handler.receive(session, payload);
  }
}
