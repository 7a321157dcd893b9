/** One device of a user shares: what the gateway makes of the location service's word about it. */
import { describe, expect, it } from '@jest/globals';
import {
  type DeviceMark,
  decodePositionBody,
  encodePositionBody,
  type ReceivedPosition,
  type RecordOutcome,
} from '@nearby-friends/protocol';
import { NearbyWorld, TTL_MS } from '../test-support/nearby-world.ts';
import { testSession } from '../test-support/test-session.ts';
import type { Session } from '../viewer/session.ts';
import { MovementCheck } from './movement-check.ts';
import { PositionReceiver } from './position-receiver.ts';

const HERE = { lat: 1, lng: 2 };

function setUp() {
  const world = new NearbyWorld();
  const recorded: ReceivedPosition[] = [];
  const released: Session[] = [];
  const takenOver: Session[] = [];
  let outcome: RecordOutcome = 'stored';
  const receiver = new PositionReceiver({
    redisNow: () => world.now(),
    ttlMs: TTL_MS,
    onClockAhead: () => undefined,
    instanceId: 'gateway-1',
    onTakenOver: (session) => void takenOver.push(session),
    releases: { release: (session) => void released.push(session as Session) },
    uplink: {
      record: async (received) => {
        recorded.push(received);
        return { outcome, at: received.at };
      },
    },
    opener: { openInBackground: () => undefined },
    delivery: world.delivery,
    areRightsCurrent: () => true,
    pauses: { hasJustContinued: () => false, waitedMs: () => 0 },
    movement: new MovementCheck({ maxSpeed: 340, clock: world.clock, metrics: world.metrics.metrics }),
    clock: world.clock,
  });
  const { session } = testSession({ device: 'phone--1' });
  return {
    world,
    receiver,
    recorded,
    released,
    takenOver,
    session,
    answerWith: (answer: RecordOutcome) => {
      outcome = answer;
    },
    /** Whether the last recorded position has exactly this mark. */
    hasMark: (mark: DeviceMark) => {
      const { body } = recorded.at(-1) ?? { body: Buffer.alloc(0) };
      return encodePositionBody(decodePositionBody(body), mark).equals(body);
    },
  };
}

describe('[L7] a position of a device', () => {
  it('names the device and its gateway, and claims nothing by itself', async () => {
    const { hasMark, receiver, session } = setUp();
    expect(await receiver.receive(session, HERE)).toMatchObject({ shared: true });
    expect(hasMark({ device: 'phone--1', gateway: 'gateway-1', claims: false })).toBe(true);
    expect([session.isSharing, session.sharedAt]).toEqual([true, session.own?.at]);
  });

  it('that does not share moves the own list only, and is not recorded again after a loss', async () => {
    const { answerWith, receiver, recorded, session, takenOver } = setUp();
    answerWith('unshared');
    expect(await receiver.receive(session, HERE)).toEqual({ at: session.own?.at, shared: false });
    expect(session.own).toMatchObject(HERE);
    await receiver.repeat(session);
    expect([recorded.length, takenOver.length]).toEqual([1, 0]);
    // An older fix of such a device is not shared either.
    const older = await receiver.receive(session, { ...HERE, at: (session.own?.at ?? 0) - 1 });
    expect(older.shared).toBe(false);
  });

  it('that takes over is shared, and the user’s other devices are told', async () => {
    const { answerWith, receiver, session, takenOver } = setUp();
    answerWith('taken-over');
    expect(await receiver.receive(session, HERE)).toMatchObject({ shared: true });
    expect(takenOver).toEqual([session]);
  });

  it('that was recorded after its session ended is released', async () => {
    const { receiver, released, session } = setUp();
    const received = receiver.receive(session, HERE);
    session.close();
    await received;
    expect(released).toEqual([session]);
  });
});

describe('[L7] a device that takes over', () => {
  it('claims with its last position at once', async () => {
    const { answerWith, hasMark, receiver, recorded, session, takenOver } = setUp();
    answerWith('unshared');
    await receiver.receive(session, HERE);
    answerWith('taken-over');
    await receiver.share(session);
    expect(hasMark({ device: 'phone--1', gateway: 'gateway-1', claims: true })).toBe(true);
    expect(recorded[1]?.at).toBe(recorded[0]?.at);
    expect([session.isSharing, session.claimsSharing, takenOver.length]).toEqual([true, false, 1]);
  });

  it.each(['waiting for its first position', 'with an expired position'])(
    'claims %s with the next one',
    async (state) => {
      const { answerWith, hasMark, receiver, session } = setUp();
      if (state === 'with an expired position') {
        await receiver.receive(session, HERE);
        answerWith('expired');
      }
      await receiver.share(session);
      expect(session.claimsSharing).toBe(true);
      answerWith('taken-over');
      await receiver.receive(session, HERE);
      expect(hasMark({ device: 'phone--1', gateway: 'gateway-1', claims: true })).toBe(true);
      answerWith('stored');
      await receiver.receive(session, HERE);
      expect(hasMark({ device: 'phone--1', gateway: 'gateway-1', claims: false })).toBe(true);
    },
  );

  it('is told when that was not possible', async () => {
    const { answerWith, receiver, session } = setUp();
    await receiver.receive(session, HERE);
    answerWith('failed');
    await expect(receiver.share(session)).rejects.toMatchObject({ code: 'unavailable', retryable: true });
  });
});
