import { describe, expect, it } from '@jest/globals';
import { parseUserId, type UserId } from '@nearby-friends/protocol';
import { ManualClock } from '@nearby-friends/service-kit';
import fc from 'fast-check';
import { EXACT, north } from '../test-support/nearby-world.ts';
import { testSession } from '../test-support/test-session.ts';
import type { Watch } from '../viewer/session.ts';
import { FriendBoard } from './friend-board.ts';

const BEN = parseUserId('ben');
const TTL_MS = 10_000;
/** S5 allows a second; the flush that follows needs a quarter of one. */
const NOTICED_WITHIN_MS = 500;

function setUp() {
  const clock = new ManualClock();
  let redisLead = 0;
  const redisNow = () => clock.now() + redisLead;
  const expiries: { user: UserId; at: number }[] = [];
  const changes: string[] = [];
  const ended: Watch[] = [];
  const noteChange = ({ session, subject }: Watch) =>
    changes.push(`${session.user} ${subject.user} ${subject.latest?.at ?? 'expired'}`);
  const board = new FriendBoard({
    ttlMs: TTL_MS,
    redisNow,
    clock,
    delivery: { consider: noteChange, considerUrgent: noteChange, grantChanged: noteChange },
    onExpired: ({ user }) => expiries.push({ user, at: redisNow() }),
    onGrantEnded: (watch) => ended.push(watch),
  });
  board.start();
  const { session } = testSession({ user: parseUserId('ann') });
  return {
    clock,
    board,
    session,
    expiries,
    changes,
    ended,
    redisNow,
    setRedisLead: (ms: number) => {
      redisLead = ms;
    },
    watch: (friend: UserId = BEN) => board.watch(session, friend, { grant: EXACT, version: 1 }),
    report: (at: number, friend: UserId = BEN) => board.apply(friend, { at, position: north(at % 1_000) }),
    latest: (friend: UserId = BEN) => board.get(friend)?.latest?.at ?? null,
  };
}

describe('expiry', () => {
  it('[S5] is noticed at the TTL and not before, whenever the position was read', () => {
    fc.assert(
      fc.property(fc.nat({ max: TTL_MS - 1 }), fc.nat({ max: 1_000 }), (age, phase) => {
        const { clock, latest, redisNow, report, expiries, watch } = setUp();
        clock.advance(phase);
        watch();
        const at = redisNow() - age;
        report(at);
        clock.advance(at + TTL_MS - 1 - redisNow());
        expect(latest()).toBe(at);
        clock.advance(1 + NOTICED_WITHIN_MS);
        expect(latest()).toBeNull();
        expect(expiries).toHaveLength(1);
      }),
    );
  });

  it('[S5] is put off by every newer position', () => {
    const { changes, clock, latest, redisNow, report, expiries, watch } = setUp();
    watch();
    for (let i = 0; i < 10; i++) {
      report(redisNow());
      clock.advance(TTL_MS - 1);
    }
    expect(expiries).toEqual([]);
    const last = latest();
    clock.advance(1 + NOTICED_WITHIN_MS);
    expect(expiries).toHaveLength(1);
    expect(changes.at(-1)).toBe('ann ben expired');
    expect(changes.at(-2)).toBe(`ann ben ${last}`);
  });

  it('[S5] ends with the next position, and begins again after that', () => {
    const { changes, clock, redisNow, report, expiries, watch } = setUp();
    watch();
    report(redisNow());
    clock.advance(TTL_MS + NOTICED_WITHIN_MS);
    report(redisNow());
    expect(changes.at(-1)).toBe(`ann ben ${redisNow()}`);
    clock.advance(TTL_MS + NOTICED_WITHIN_MS);
    expect(expiries.map(({ user }) => user)).toEqual([BEN, BEN]);
  });

  it('[S5] of many is noticed in time, each for all viewers', () => {
    const { board, changes, clock, redisNow, session, expiries, watch } = setUp();
    const other = testSession({ user: parseUserId('dan') }).session;
    const friends = Array.from({ length: 2_000 }, (_, i) => parseUserId(`friend-${i}`));
    const reportedAt = new Map(friends.map((friend, i) => [friend, redisNow() - i * 4]));
    for (const [friend, at] of reportedAt) {
      watch(friend);
      board.watch(other, friend, { grant: EXACT, version: 1 });
      board.apply(friend, { at, position: north(0) });
    }
    clock.advance(TTL_MS + NOTICED_WITHIN_MS);
    expect(expiries).toHaveLength(friends.length);
    for (const { user, at } of expiries) {
      const late = at - (reportedAt.get(user) ?? 0) - TTL_MS;
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThanOrEqual(NOTICED_WITHIN_MS);
    }
    expect(changes.filter((change) => change.endsWith('expired'))).toHaveLength(2 * friends.length);
    expect(session.watches.size).toBe(friends.length);
  });
});

describe('the clock of Redis', () => {
  it('[S5] may leap forward: only positions older than the TTL by it expire', () => {
    const { clock, latest, redisNow, report, setRedisLead, watch } = setUp();
    const other = parseUserId('cho');
    watch();
    watch(other);
    report(redisNow());
    setRedisLead(3_600_000);
    report(redisNow(), other);
    clock.advance(NOTICED_WITHIN_MS);
    expect(latest()).toBeNull();
    expect(latest(other)).not.toBeNull();
    clock.advance(TTL_MS);
    expect(latest(other)).toBeNull();
  });

  it.each([20, 300, 5_000, 3_600_000])('[S5] may be set back by %d ms: silence is noticed by the new time', (back) => {
    const { clock, latest, redisNow, report, setRedisLead, expiries, watch } = setUp();
    watch();
    setRedisLead(3_600_000);
    clock.advance(1_000);
    setRedisLead(3_600_000 - back);
    const at = redisNow();
    report(at);
    clock.advance(TTL_MS - 1);
    expect(latest()).toBe(at);
    clock.advance(1 + NOTICED_WITHIN_MS);
    expect(expiries.map(({ user }) => user)).toEqual([BEN]);
  });
});

describe('the newest position', () => {
  it('[L3] wins in whatever order they come, and only new ones are passed on', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 30 }), (ages) => {
        const { changes, latest, redisNow, report, watch } = setUp();
        watch();
        let newest = Number.NEGATIVE_INFINITY;
        let news = 0;
        for (const age of ages) {
          const at = redisNow() - age;
          if (at > newest) news++;
          newest = Math.max(newest, at);
          report(at);
        }
        expect(latest()).toBe(newest);
        expect(changes).toHaveLength(news);
      }),
    );
  });

  it('[L2] that is older than the TTL is no position', () => {
    const { changes, latest, redisNow, report, watch } = setUp();
    watch();
    report(redisNow() - TTL_MS);
    expect(latest()).toBeNull();
    report(redisNow() - TTL_MS + 1);
    expect(latest()).not.toBeNull();
    expect(changes).toHaveLength(1);
  });

  it('of a user without viewers is not kept', () => {
    const { board, redisNow, report } = setUp();
    report(redisNow());
    expect(board.size).toBe(0);
    expect(board.expiringPositions).toBe(0);
  });
});

describe('memory', () => {
  it('[S3] holds nothing of a friend who is forgotten, though the TTL has not passed', () => {
    const { board, clock, redisNow, report, expiries, watch } = setUp();
    for (let round = 0; round < 100; round++) {
      const watched = watch();
      report(redisNow());
      expect(board.expiringPositions).toBe(1);
      board.unwatch(watched);
      board.forget(BEN);
      expect(board.size).toBe(0);
      expect(board.expiringPositions).toBe(0);
      clock.advance(10);
    }
    clock.advance(2 * TTL_MS);
    expect(expiries).toEqual([]);
  });

  it('holds each friend on the wheel once, however many positions come', () => {
    const { board, clock, redisNow, report, watch } = setUp();
    watch();
    for (let i = 0; i < 1_000; i++) {
      report(redisNow());
      clock.advance(7);
    }
    expect(board.expiringPositions).toBe(1);
  });

  it('of a friend who is watched is not given up', () => {
    const { board, watch } = setUp();
    watch();
    expect(() => board.forget(BEN)).toThrow();
  });
});

describe('what is not taken', () => {
  it('is counted by its reason', () => {
    const { board, redisNow, report, watch } = setUp();
    report(redisNow());
    watch();
    for (const at of [redisNow(), redisNow(), redisNow() - 1]) report(at);
    const stranger = parseUserId('eve');
    board.watch(testSession({ user: parseUserId('ann') }).session, stranger, { grant: EXACT, version: 1 });
    report(redisNow() - TTL_MS, stranger);
    board.beginEpoch({ id: 'restored', began: redisNow() + 1 });
    report(redisNow(), stranger);
    expect(board.dropped).toEqual({ unwatched: 1, older: 2, expired: 1, withheld: 1 });
  });
});

it('grants without an end are shared, however they came: there is one for each friend of each session', () => {
  const { board, session } = setUp();
  const [ann, ben, cid] = ['a', 'b', 'c'].map((name) =>
    board.watch(session, parseUserId(name), { grant: { ...EXACT }, version: 1 }),
  ) as [Watch, Watch, Watch];
  expect(ann.grant).toBe(ben.grant);
  board.setGrant(cid, { grant: { precision: 'approximate', until: null }, version: 2 });
  board.setGrant(cid, { grant: { ...EXACT }, version: 3 });
  expect(cid.grant).toBe(ann.grant);
  board.setGrant(cid, { grant: { precision: 'exact', until: 5_000 }, version: 4 });
  expect(cid.grant).toEqual({ precision: 'exact', until: 5_000, shownFrom: 0, exactFrom: 0 });
});

describe('[L3] when Redis’ clock is set back', () => {
  const STEP_MS = 120_000;

  it('the times of the known positions move with it, and the next position is newer', () => {
    const { board, changes, latest, redisNow, report, setRedisLead, watch } = setUp();
    watch();
    const at = redisNow();
    report(at);
    setRedisLead(-STEP_MS);
    board.clockSetBack(STEP_MS);
    expect(latest()).toBe(at - STEP_MS);
    changes.length = 0;
    report(redisNow() + 1);
    expect([latest(), changes.length]).toEqual([redisNow() + 1, 1]);
    report(at - STEP_MS);
    expect(latest()).toBe(redisNow() + 1);
  });

  it('[S5] a friend who sends nothing more expires when it would have, and not later by the step', () => {
    const { board, clock, expiries, latest, redisNow, report, setRedisLead, watch } = setUp();
    watch();
    report(redisNow());
    clock.advance(4_000);
    setRedisLead(-STEP_MS);
    board.clockSetBack(STEP_MS);
    clock.advance(TTL_MS - 4_000 - 1);
    expect(latest()).not.toBeNull();
    clock.advance(1 + NOTICED_WITHIN_MS);
    expect([latest(), expiries.length]).toEqual([null, 1]);
  });
});

it('[L5] removes a friend who ends sharing at once, and shows no position of then or before, whenever it arrives', () => {
  const { board, changes, expiries, latest, redisNow, report, watch } = setUp();
  const at = redisNow();
  watch();
  report(at);
  changes.length = 0;
  board.stopSharing(BEN, at + 5);
  expect([changes, latest(), expiries.map(({ user }) => user)]).toEqual([['ann ben expired'], null, [BEN]]);
  report(at + 5);
  expect(latest()).toBeNull();
  report(at + 6);
  board.stopSharing(BEN, at + 5);
  expect(latest()).toBe(at + 6);
  // A friend who is watched only from then on, by a position that was read before.
  const CID = parseUserId('cid');
  board.stopSharing(CID, at);
  watch(CID);
  report(at, CID);
  expect(latest(CID)).toBeNull();
});
