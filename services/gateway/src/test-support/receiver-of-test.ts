/** A position receiver whose recording, pauses and fence a test decides. */
import type { ReceivedPosition, RecordedPosition } from '@nearby-friends/protocol';
import { MovementCheck } from '../inbound/movement-check.ts';
import { PositionReceiver } from '../inbound/position-receiver.ts';
import { NearbyWorld, TTL_MS } from './nearby-world.ts';

export const STORED = (received: ReceivedPosition): RecordedPosition => ({ outcome: 'stored', at: received.at });

export function setUpReceiver() {
  const world = new NearbyWorld();
  const recorded: ReceivedPosition[] = [];
  const opened: unknown[] = [];
  const clockAhead: number[] = [];
  let outcome = STORED;
  let areRightsCurrent = true;
  const pauses = { hasJustContinued: () => false, waitedMs: () => 0 };
  const receiver = new PositionReceiver({
    redisNow: () => world.now(),
    ttlMs: TTL_MS,
    instanceId: 'gateway-1',
    onTakenOver: () => undefined,
    releases: { release: () => undefined },
    onClockAhead: () => void clockAhead.push(world.now()),
    uplink: {
      record: async (received) => {
        recorded.push(received);
        return outcome(received);
      },
    },
    opener: { openInBackground: (session) => void opened.push(session) },
    delivery: world.delivery,
    movement: new MovementCheck({ maxSpeed: 340, clock: world.clock, metrics: world.metrics.metrics }),
    areRightsCurrent: () => areRightsCurrent,
    pauses,
    clock: world.clock,
  });
  return {
    world,
    fence: (isFenced: boolean) => {
      areRightsCurrent = !isFenced;
    },
    pauses,
    receiver,
    recorded,
    opened,
    clockAhead,
    answerWith: (answer: typeof outcome) => {
      outcome = answer;
    },
  };
}
