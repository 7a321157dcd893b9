import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { distanceMeters } from '@nearby-friends/geo';
import {
  type Grant,
  LEAVE_RADIUS_FACTOR,
  type PositionRecord,
  parseUserId,
  type UserId,
} from '@nearby-friends/protocol';
import fc from 'fast-check';
import { EXACT, HIDDEN, NearbyWorld, north, type Viewer } from '../test-support/nearby-world.ts';
import { allPending } from '../viewer/pending-watches.ts';
import { RESEND_DISTANCE_METERS } from './list-composer.ts';

const TTL_MS = 10_000;
/** A wheel tick, the wheel's own rounding, and a flush: silence is noticed within this after the TTL. */
const NOTICED_WITHIN_MS = 750;
const VIEWERS = ['ann', 'ann', 'dan'] as const;
const FRIENDS = ['ben', 'cho', 'eve', 'fay'] as const;

/** All users walk on one line; many places are just inside or outside of some radius. */
const meters = fc.oneof(
  fc.integer({ min: -2_500, max: 2_500 }),
  fc.constantFrom(0, 499, 501, 524, 526, 999, 1_001, 1_049, 1_051, 2_000, 2_099, 2_101),
);
/** Most positions live for the TTL, and others longer or, after a longer one, shorter again. */
const lifetimeMs = fc.option(fc.constantFrom(TTL_MS + 3_000, 3 * TTL_MS), { nil: undefined, freq: 2 });
const viewer = fc.nat({ max: VIEWERS.length - 1 });
const friend = fc.constantFrom(...FRIENDS);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('friend reports' as const), friend, meters, lifetimeMs }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('viewer moves' as const), viewer, meters }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('late report' as const), friend, meters }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('befriend' as const), viewer, friend, isHidden: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('watch again' as const), viewer, friend }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unfriend' as const), viewer, friend }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('set radius' as const),
      viewer,
      radius: fc.constantFrom(500, 1_000, 2_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('read or not' as const), viewer, reads: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reconnect' as const), viewer, meters }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('time passes' as const),
      ms: fc.constantFrom(1, 30, 250, 260, 2_500, TTL_MS),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** The whole system as far as a gateway sees it: who is whose friend, and the last position of each user. */
class Model {
  readonly world = new NearbyWorld({ ttlMs: TTL_MS });
  readonly friendships = VIEWERS.map(() => new Map<UserId, Grant>());
  readonly viewers: Viewer[] = VIEWERS.map((_, i) => this.#connect(i, 0, 1_000));
  #lastAt = 0;

  async take(action: Step): Promise<void> {
    const { world } = this;
    switch (action.do) {
      case 'friend reports':
        this.#report(parseUserId(action.friend), action.meters, action.lifetimeMs);
        break;
      case 'late report': {
        const known = world.entries.get(parseUserId(action.friend));
        if (known) world.board.apply(parseUserId(action.friend), { at: known.at - 1, position: north(action.meters) });
        break;
      }
      case 'viewer moves':
        world.move(this.viewer(action.viewer).session, action.meters);
        break;
      case 'befriend': {
        const grant = action.isHidden ? HIDDEN : EXACT;
        this.friendshipsOf(action.viewer).set(parseUserId(action.friend), grant);
        this.#watchIfActive(action.viewer, parseUserId(action.friend));
        break;
      }
      case 'watch again': {
        // As when a silence is taken for real in the very moment in which it ends.
        const { session } = this.viewer(action.viewer);
        const isWatched = session.watches.has(parseUserId(action.friend));
        world.unwatch(session, action.friend);
        if (isWatched) this.#watchIfActive(action.viewer, parseUserId(action.friend));
        break;
      }
      case 'unfriend':
        this.friendshipsOf(action.viewer).delete(parseUserId(action.friend));
        world.unwatch(this.viewer(action.viewer).session, action.friend);
        break;
      case 'set radius':
        world.setRadius(this.viewer(action.viewer).session, action.radius);
        break;
      case 'read or not':
        this.viewer(action.viewer).transport.writable = action.reads;
        break;
      case 'reconnect': {
        const { session } = this.viewer(action.viewer);
        session.close();
        world.lists.removeAll(session);
        this.viewers[action.viewer] = this.#connect(action.viewer, action.meters, session.radiusMeters);
        break;
      }
      case 'time passes':
        world.clock.advance(action.ms);
        break;
    }
    // Silence is confirmed by asking, and the answer takes a turn.
    await nextTurn();
    for (const { session, read } of this.viewers) {
      read();
      expect(allPending(session).length).toBeLessThanOrEqual(session.watches.size);
    }
  }

  viewer(index: number): Viewer {
    const found = this.viewers[index];
    if (!found) throw new Error('no such viewer');
    return found;
  }

  friendshipsOf(index: number): Map<UserId, Grant> {
    const found = this.friendships[index];
    if (!found) throw new Error('no such viewer');
    return found;
  }

  /** The friend's entry, for as long as it lives. */
  entryOf(user: UserId): PositionRecord | null {
    const entry = this.world.entries.get(user);
    return entry && endOf(entry) > this.world.now() ? entry : null;
  }

  /** The location service: keeps, publishes, and announces users who were inactive before. */
  #report(user: UserId, place: number, lifetimeMs: number | undefined): void {
    const { world } = this;
    const wasActive = this.entryOf(user) !== null;
    this.#lastAt = Math.max(world.now(), this.#lastAt + 1);
    const entry = { at: this.#lastAt, position: north(place), ...(lifetimeMs && { lifetimeMs }) };
    world.entries.set(user, entry);
    world.board.apply(user, entry);
    if (!wasActive) for (const index of VIEWERS.keys()) this.#watchIfActive(index, user);
  }

  #watchIfActive(index: number, user: UserId): void {
    const grant = this.friendshipsOf(index).get(user);
    const entry = this.entryOf(user);
    const { session } = this.viewer(index);
    if (grant && (entry || session.watches.has(user))) {
      this.world.grant(session, user, grant, entry);
    }
  }

  #connect(index: number, place: number, radiusMeters: number): Viewer {
    const connected = this.world.viewer(VIEWERS[index] ?? 'unknown', place, {
      radiusMeters,
      // Of every two viewers one has a client that measures distances itself.
      measuresDistances: index % 2 === 1,
    });
    for (const [user, grant] of this.friendshipsOf(index)) {
      const entry = this.entryOf(user);
      if (entry) this.world.grant(connected.session, user, grant, entry);
    }
    this.world.open(connected.session);
    return connected;
  }
}

function endOf({ at, lifetimeMs = TTL_MS }: PositionRecord): number {
  return at + lifetimeMs;
}

/** What a list may and must hold, by brute force. */
function compareWithOracle(model: Model): void {
  const { world } = model;
  for (const [index, { session, list }] of model.viewers.entries()) {
    const { own } = session;
    if (!own) throw new Error('a viewer without a position');
    const held = new Set(list.friends.keys());
    for (const [user, grant] of model.friendshipsOf(index)) {
      const entry = world.entries.get(user);
      if (!entry || grant.precision !== 'exact') continue;
      const over = world.now() - endOf(entry);
      const distance = distanceMeters(own.lat, own.lng, entry.position.lat, entry.position.lng);
      const mustBeHeld = over < 0 && distance <= session.radiusMeters;
      const mayBeHeld = over < NOTICED_WITHIN_MS && distance <= session.radiusMeters * LEAVE_RADIUS_FACTOR;
      if (mustBeHeld) expect([...held]).toContain(user);
      if (!mayBeHeld || !held.delete(user)) continue;
      const told = list.friends.get(user);
      expect(told).toEqual({
        id: user,
        ...entry.position,
        distance: told?.distance,
        at: entry.at,
        precision: 'exact',
        ...(entry.lifetimeMs && { staysVisibleSeconds: entry.lifetimeMs / 1000 }),
      });
      if (session.safeRegion !== null) continue;
      // Centimetres are rounded, and a viewer's smallest movements are not told.
      expect(Math.abs((told?.distance ?? Number.NaN) - distance)).toBeLessThanOrEqual(RESEND_DISTANCE_METERS + 0.01);
    }
    expect([...held]).toEqual([]);
    expect(list.radiusMeters).toBe(session.radiusMeters);
  }
}

it('[N1] [N2] [N3] [N4] [S5] whatever happens, in the end each list is what brute force says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 80, size: 'max' }), async (steps) => {
      const model = new Model();
      for (const action of steps) await model.take(action);
      for (const index of VIEWERS.keys()) await model.take({ do: 'read or not', viewer: index, reads: true });
      await model.take({ do: 'time passes', ms: 250 });
      await model.take({ do: 'time passes', ms: 250 });
      compareWithOracle(model);
    }),
    { numRuns: 300 },
  );
}, 120_000);

it('[S3] [N3] whatever happens, nothing is left when all viewers have gone', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 80, size: 'max' }), async (steps) => {
      const model = new Model();
      for (const action of steps) await model.take(action);
      for (const { session } of model.viewers) {
        session.close();
        model.world.lists.removeAll(session);
      }
      model.world.clock.advance(4 * TTL_MS);
      await nextTurn();
      expect(model.world.board.size).toBe(0);
      expect(model.world.friendChannels.size).toBe(0);
      expect(model.world.channels.channels).toEqual([]);
      // The wheel and the flushing go on; nothing else does.
      expect(model.world.clock.pending).toBe(2);
    }),
    { numRuns: 100 },
  );
}, 120_000);
