/** What happens when a phone reports its position. */
import {
  CodedError,
  encodePositionBody,
  locationUpdateSchema,
  type ReceivedPosition,
  type RecordedPosition,
} from '@nearby-friends/protocol';
import { type Clock, delay } from '@nearby-friends/service-kit';
import type { NearbyDelivery } from '../delivery/nearby-delivery.ts';
import type { Session } from '../viewer/session.ts';
import type { MovementCheck } from './movement-check.ts';
import { parsePayload } from './parse-payload.ts';

const REPEAT_RETRY_MS = 200;

export class PositionReceiver {
  readonly #redisNow: () => number;
  readonly #record: (received: ReceivedPosition) => Promise<RecordedPosition>;
  readonly #open: (session: Session, recorded: Promise<unknown>) => void;
  readonly #delivery: NearbyDelivery;
  readonly #movement: MovementCheck;
  readonly #clock: Clock;

  constructor(options: {
    redisNow: () => number;
    /** Never rejects. */
    record: (received: ReceivedPosition) => Promise<RecordedPosition>;
    /** The session's first position has come. */
    open: (session: Session, recorded: Promise<unknown>) => void;
    delivery: NearbyDelivery;
    movement: MovementCheck;
    clock: Clock;
  }) {
    this.#redisNow = options.redisNow;
    this.#record = options.record;
    this.#open = options.open;
    this.#delivery = options.delivery;
    this.#movement = options.movement;
    this.#clock = options.clock;
  }

  /**
   * Moves the viewer, then has the position kept and published. Resolves with the position's time, ms; throws
   * `invalid_payload`, or `unavailable` when it could not be kept (the viewer's own list follows all the same).
   */
  async receive(session: Session, payload: unknown): Promise<{ at: number }> {
    const position = parsePayload(locationUpdateSchema, payload);
    // Later than this session's last by at least a millisecond: the order of a burst is the order of its times.
    const at = Math.max(this.#redisNow(), (session.own?.at ?? 0) + 1);
    this.#movement.look(session, position.lat, position.lng, at);
    const isFirst = session.move(position.lat, position.lng, at);
    session.lastReport = position;
    const recorded = this.#record({ user: session.user, at, body: encodePositionBody(position) });
    if (isFirst) this.#open(session, recorded);
    else this.#delivery.considerAllWatches(session);

    const { outcome, at: keptAt } = await recorded;
    switch (outcome) {
      case 'stored':
        return { at: keptAt };
      case 'superseded':
        // Another device of the same user was later; the position was taken and there is nothing to repeat.
        return { at };
      case 'expired':
      case 'failed':
        throw new CodedError('unavailable', 'The position could not be kept. Send it again in a moment.');
    }
  }

  /**
   * Has the session's last position kept again, under its own time: Redis may have lost it. Tries for as long as the
   * session is there, since right after a loss the location service may not be back yet. Never rejects.
   */
  async repeat(session: Session): Promise<void> {
    while (session.own !== null && session.lastReport !== null) {
      const body = encodePositionBody(session.lastReport);
      const { outcome } = await this.#record({ user: session.user, at: session.own.at, body });
      if (outcome !== 'failed') return;
      await delay(this.#clock, REPEAT_RETRY_MS);
    }
  }
}
