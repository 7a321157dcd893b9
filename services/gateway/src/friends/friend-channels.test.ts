import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import {
  encodePositionBody,
  locationKey,
  type PositionRecord,
  parseUserId,
  RECORD_FORMAT_VERSION,
  RECORD_HEADER_BYTES,
  type UserId,
} from '@nearby-friends/protocol';
import { ManualClock, silentLogger } from '@nearby-friends/service-kit';
import fc from 'fast-check';
import { ChannelsInMemory } from '../test-support/channels-in-memory.ts';
import { testMetrics } from '../test-support/test-session.ts';
import { FriendChannels, LEAVE_GRACE_MS } from './friend-channels.ts';

const BEN = parseUserId('ben');
const CHO = parseUserId('cho');

/** A message on a friend's channel. */
function recordBytes(at: number): Buffer {
  const header = Buffer.alloc(RECORD_HEADER_BYTES, RECORD_FORMAT_VERSION);
  header.writeDoubleBE(at, RECORD_HEADER_BYTES - 8);
  return Buffer.concat([header, encodePositionBody({ lat: 1, lng: 2 })]);
}

function setUp() {
  const clock = new ManualClock();
  const subscriber = new ChannelsInMemory();
  /** What happened, in order. */
  const log: string[] = [];
  const entries = new Map<UserId, PositionRecord>();
  /** Whether the next reads of entries fail, in order. */
  const failures: boolean[] = [];
  const metrics = testMetrics();
  const channels = new FriendChannels({
    subscriber,
    board: {
      apply: (friend, { at }) => log.push(`${friend} at ${at}`),
      forget: (friend) => log.push(`forget ${friend}`),
    },
    directory: {
      entryOf: async (friend) => {
        log.push(`read ${friend}`);
        if (failures.shift()) throw new Error('no response');
        return entries.get(friend) ?? null;
      },
    },
    metrics: metrics.metrics,
    clock,
    logger: silentLogger,
  });
  const isCurrent = async (acquired: Promise<void>) => {
    await nextTurn();
    const pending = Symbol('pending');
    return (await Promise.race([acquired, pending])) !== pending;
  };
  return { clock, subscriber, channels, entries, failures, log, metric: metrics.metric, isCurrent };
}

describe('a friend’s channel', () => {
  it('[S3] is subscribed once, however many viewers watch', async () => {
    const { channels, subscriber } = setUp();
    await Promise.all([channels.acquire(BEN), channels.acquire(BEN), channels.acquire(CHO)]);
    expect(subscriber.channels).toEqual([locationKey(BEN), locationKey(CHO)]);
    expect(channels.size).toBe(2);
    expect(channels.friends()).toEqual([BEN, CHO]);
  });

  it('[S3] is kept while one viewer is left, and is left a second after the last', async () => {
    const { channels, clock, log, subscriber } = setUp();
    await channels.acquire(BEN);
    await channels.acquire(BEN);
    channels.release(BEN);
    clock.advance(10 * LEAVE_GRACE_MS);
    expect(subscriber.publish(locationKey(BEN), recordBytes(5))).toBe(true);

    channels.release(BEN);
    clock.advance(LEAVE_GRACE_MS - 1);
    expect(channels.has(BEN)).toBe(true);
    clock.advance(1);
    expect(subscriber.channels).toEqual([]);
    expect(channels.has(BEN)).toBe(false);
    expect(channels.size).toBe(0);
    expect(log).toEqual(['read ben', 'ben at 5', 'forget ben']);
    expect(clock.pending).toBe(0);
  });

  it('[S3] is still current for a viewer who comes back within the second', async () => {
    const { channels, clock, log, subscriber } = setUp();
    await channels.acquire(BEN);
    channels.release(BEN);
    clock.advance(LEAVE_GRACE_MS - 1);
    await channels.acquire(BEN);
    clock.advance(10 * LEAVE_GRACE_MS);
    expect(subscriber.channels).toEqual([locationKey(BEN)]);
    expect(log).toEqual(['read ben']);
  });

  it('is subscribed and read again for a viewer who comes later', async () => {
    const { channels, clock, log } = setUp();
    await channels.acquire(BEN);
    channels.release(BEN);
    clock.advance(LEAVE_GRACE_MS);
    await channels.acquire(BEN);
    expect(log).toEqual(['read ben', 'forget ben', 'read ben']);
  });

  it('is read after it is subscribed, never before: what was published in between would be missed', async () => {
    const { channels, isCurrent, log, subscriber } = setUp();
    subscriber.confirmsAtOnce = false;
    const first = channels.acquire(BEN);
    const second = channels.acquire(BEN);
    expect(await isCurrent(first)).toBe(false);
    expect(log).toEqual([]);
    subscriber.confirmAll();
    expect(await isCurrent(first)).toBe(true);
    expect(await isCurrent(second)).toBe(true);
    expect(log).toEqual(['read ben']);
  });

  it('[S3] left while it was still being subscribed leaves nothing behind, and no viewer waiting', async () => {
    const { channels, clock, isCurrent, subscriber } = setUp();
    subscriber.confirmsAtOnce = false;
    const acquired = channels.acquire(BEN);
    channels.release(BEN);
    clock.advance(LEAVE_GRACE_MS);
    expect(subscriber.channels).toEqual([]);
    expect(await isCurrent(acquired)).toBe(true);
  });

  it('is not released by a viewer who does not hold it', async () => {
    const { channels } = setUp();
    expect(() => channels.release(BEN)).toThrow();
    await channels.acquire(BEN);
    channels.release(BEN);
    expect(() => channels.release(BEN)).toThrow();
  });
});

describe('the entry of a friend', () => {
  it('is applied when the channel is subscribed, and read again until it can be read', async () => {
    const { channels, clock, entries, failures, isCurrent, log } = setUp();
    entries.set(BEN, { at: 7, position: { lat: 1, lng: 2 } });
    failures.push(true, true);
    const acquired = channels.acquire(BEN);
    for (let i = 0; i < 2; i++) {
      expect(await isCurrent(acquired)).toBe(false);
      clock.advance(1_000);
    }
    expect(await isCurrent(acquired)).toBe(true);
    expect(log).toEqual(['read ben', 'read ben', 'read ben', 'ben at 7']);
  });

  it('is not read again once the channel is left', async () => {
    const { channels, clock, failures, isCurrent, log } = setUp();
    failures.push(true);
    const acquired = channels.acquire(BEN);
    expect(await isCurrent(acquired)).toBe(false);
    channels.release(BEN);
    clock.advance(LEAVE_GRACE_MS);
    expect(await isCurrent(acquired)).toBe(true);
    expect(log).toEqual(['read ben', 'forget ben']);
  });
});

it('a malformed message is counted and not applied', async () => {
  const { channels, log, metric, subscriber } = setUp();
  await channels.acquire(BEN);
  subscriber.publish(locationKey(BEN), Buffer.from('hello'));
  expect(log).toEqual(['read ben']);
  expect(await metric('nearby_malformed_messages_total')).toBe(1);
});

describe('any sequence of viewers coming and going', () => {
  const friends = [BEN, CHO, parseUserId('dan')] as const;
  const step = fc.oneof(
    fc.record({ do: fc.constant('acquire' as const), viewer: fc.nat({ max: 3 }), friend: fc.constantFrom(...friends) }),
    fc.record({ do: fc.constant('release' as const), viewer: fc.nat({ max: 3 }), friend: fc.constantFrom(...friends) }),
    fc.record({ do: fc.constant('confirm' as const) }),
    fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1, LEAVE_GRACE_MS - 1, LEAVE_GRACE_MS) }),
  );

  it('[S3] subscribes exactly those who are watched, or were within a second, and ends with none', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { channels, clock, subscriber } = setUp();
        subscriber.confirmsAtOnce = false;
        const held = new Map<string, UserId>();
        const lastWatched = new Map<UserId, number>();
        const isWatched = (friend: UserId) => [...held.values()].includes(friend);
        for (const action of steps) {
          switch (action.do) {
            case 'acquire': {
              const key = `${action.viewer} ${action.friend}`;
              if (held.has(key)) break;
              held.set(key, action.friend);
              channels.acquire(action.friend).catch(() => undefined);
              break;
            }
            case 'release':
              if (!held.delete(`${action.viewer} ${action.friend}`)) break;
              channels.release(action.friend);
              lastWatched.set(action.friend, clock.now());
              break;
            case 'confirm':
              subscriber.confirmAll();
              await nextTurn();
              break;
            case 'pass':
              clock.advance(action.ms);
              break;
          }
          const expected = friends.filter(
            (friend) => isWatched(friend) || clock.now() - (lastWatched.get(friend) ?? 0) < LEAVE_GRACE_MS,
          );
          expect(subscriber.channels).toEqual(expected.map(locationKey).sort());
          expect(channels.size).toBe(expected.length);
        }
        for (const friend of held.values()) channels.release(friend);
        clock.advance(LEAVE_GRACE_MS);
        expect(subscriber.channels).toEqual([]);
        expect(channels.size).toBe(0);
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
