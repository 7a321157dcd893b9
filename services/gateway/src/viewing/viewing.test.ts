/** Who looks, which friends are asked for fast reports, and what their devices are told. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  inboxChannel,
  inboxMessageCodec,
  type PaceSet,
  parseUserId,
  type UserId,
  VIEWING_LEASE_MS,
} from '@nearby-friends/protocol';
import { silentLogger } from '@nearby-friends/service-kit';
import { APPROXIMATE, HIDDEN, NearbyWorld, type Viewer } from '../test-support/nearby-world.ts';
import { testSession } from '../test-support/test-session.ts';
import type { SharingSlice } from '../viewer/slices.ts';
import { FAST_REPORTS_EVERY_MS, FastReports, MAX_ASKS_PER_HOUR } from './fast-reports.ts';
import { FAST_EVERY_MS, FAST_FOR_MS, PaceSetter, START_SPREAD_MS } from './pace-setter.ts';
import { ASK_EVERY_MS, ViewingLeases } from './viewing-leases.ts';

let world: NearbyWorld;
let asked: string[];
let marks: string[];
let leases: ViewingLeases;

beforeEach(() => {
  world = new NearbyWorld();
  asked = [];
  marks = [];
  const recorded = (what: string) => (user: UserId) => void marks.push(`${what} ${user}`);
  leases = new ViewingLeases({
    fastReports: new FastReports({
      publish: async (channel, payload) => asked.push(`${channel} ${inboxMessageCodec.decode(payload).kind}`),
      marks: { viewed: recorded('viewed') },
      redisNow: () => world.now(),
      metrics: world.metrics.metrics,
      clock: world.clock,
      logger: silentLogger,
    }),
    marks: { set: recorded('set'), clear: recorded('clear') },
    clock: world.clock,
  });
  leases.start();
});

const askOf = (friend: string) => `${inboxChannel(parseUserId(friend))} viewed`;
const takeAsked = () => asked.splice(0);

/** A viewer whose client holds a list of the friends that are watched when it is opened. */
function opened(name: string, watch: (viewer: Viewer) => void): Viewer {
  const viewer = world.viewer(name, 0);
  watch(viewer);
  world.open(viewer.session);
  world.flush();
  return viewer;
}

/** Advances time; near friends go on reporting, so that they stay on the list, and the client goes on saying that it looks. */
function advance(ms: number, options: { friends?: readonly string[]; lookers?: readonly Viewer[] } = {}): void {
  const { friends = ['near'], lookers = [] } = options;
  for (let left = ms; left > 0; left -= 30_000) {
    for (const friend of friends) world.report(friend, 100);
    for (const { session } of lookers) leases.set(session, true);
    world.clock.advance(Math.min(left, 30_000));
  }
}

describe('a person who looks', () => {
  const watchAll = ({ session }: Viewer) => {
    for (const friend of ['near', 'far', 'gone']) world.watch(session, friend);
    world.watch(session, 'about', APPROXIMATE);
    world.grant(session, 'hidden', HIDDEN);
    for (const friend of ['near', 'about', 'hidden']) world.report(friend, 100);
    world.report('far', 90_000);
  };

  it('has the friends asked whom the list shows exactly, and no others', () => {
    const viewer = opened('ann', watchAll);
    leases.set(viewer.session, true);
    expect(takeAsked()).toEqual([askOf('near')]);
    expect(marks).toEqual(['set ann', 'viewed near']);
  });

  it('has no friend asked who pauses, or whose grant has ended', () => {
    const viewer = opened('ann', watchAll);
    world.share('near', { paused: true, until: null });
    leases.set(viewer.session, true);
    world.share('near', { paused: false, until: null });
    world.grant(viewer.session, 'near', { precision: 'exact', until: world.now() });
    advance(ASK_EVERY_MS + 1_000);
    expect(takeAsked()).toEqual([]);
  });

  it('has them asked once the list is there, if it looks earlier', () => {
    const viewer = world.viewer('ann', 0);
    leases.set(viewer.session, true);
    watchAll(viewer);
    world.clock.advance(3_000);
    expect(takeAsked()).toEqual([]);
    world.open(viewer.session);
    world.clock.advance(2_000);
    expect(takeAsked()).toEqual([askOf('near')]);
  });

  it('has a friend asked who comes near while it looks', () => {
    const viewer = opened('ann', watchAll);
    leases.set(viewer.session, true);
    world.report('far', 500);
    takeAsked();
    advance(ASK_EVERY_MS + 1_000);
    expect(takeAsked()).toEqual([askOf('far')]);
  });

  it('has a friend asked once in 30 s, however many look and however often they say so', () => {
    const viewers = ['ann', 'bea'].map((name) => opened(name, watchAll));
    for (let time = 0; time < 3; time++) for (const { session } of viewers) leases.set(session, true);
    advance(FAST_REPORTS_EVERY_MS - 1_000);
    expect(takeAsked()).toEqual([askOf('near')]);
    advance(ASK_EVERY_MS + 1_000, { lookers: viewers });
    expect(takeAsked()).toEqual([askOf('near')]);
  });

  it('has no friend asked after it has said that it looks no more, nor after 90 s without a word, nor once it is gone', () => {
    const viewer = opened('ann', watchAll);
    leases.set(viewer.session, true);
    leases.set(viewer.session, false);
    takeAsked();
    advance(FAST_REPORTS_EVERY_MS + ASK_EVERY_MS);
    expect(takeAsked()).toEqual([]);
    expect(marks.at(-1)).toBe('clear ann');

    leases.set(viewer.session, true);
    advance(VIEWING_LEASE_MS + 1_000);
    expect(leases.size).toBe(0);
    takeAsked();
    advance(FAST_REPORTS_EVERY_MS + ASK_EVERY_MS);
    expect(takeAsked()).toEqual([]);

    leases.set(viewer.session, true);
    takeAsked();
    viewer.session.close();
    advance(FAST_REPORTS_EVERY_MS + ASK_EVERY_MS);
    expect(takeAsked()).toEqual([]);
    expect(leases.size).toBe(0);
  });

  it('keeps the mark while another connection of the same user looks', () => {
    const [one, other] = ['ann', 'ann'].map((name) => opened(name, watchAll));
    leases.set((one as Viewer).session, true);
    leases.set((other as Viewer).session, true);
    leases.set((one as Viewer).session, false);
    expect(marks).not.toContain('clear ann');
    leases.set((other as Viewer).session, false);
    expect(marks).toContain('clear ann');
  });

  it('has a friend asked for ten minutes an hour at most; another viewer may go on', () => {
    const viewer = opened('ann', watchAll);
    leases.set(viewer.session, true);
    advance(3_500_000, { lookers: [viewer] });
    expect(takeAsked()).toHaveLength(MAX_ASKS_PER_HOUR);
    const other = opened('bea', watchAll);
    leases.set(other.session, true);
    expect(takeAsked()).toEqual([askOf('near')]);
    leases.set(other.session, false);
    advance(200_000, { lookers: [viewer] });
    expect(takeAsked().length).toBeGreaterThan(1);
  });
});

describe('the device of a friend who is looked at', () => {
  function device(options: { battery?: number; isSharing?: boolean; random?: number } = {}) {
    const { session, transport } = testSession({ user: parseUserId('near') });
    const { battery, isSharing = true, random = 0 } = options;
    session.move({ lat: 0, lng: 0, ...(battery === undefined ? {} : { battery }) }, world.now());
    (session as SharingSlice).isSharing = isSharing;
    const paces = new PaceSetter({
      redisNow: () => world.now(),
      metrics: world.metrics.metrics,
      clock: world.clock,
      random: () => random,
    });
    const told = () => transport.takeFrames().map(({ message }) => message as PaceSet);
    return { look: () => paces.viewed(session), told, session, transport };
  }

  it('is told to report every 3 s for a minute, again before that has passed, and not more often', () => {
    world.redisLead = 5_000;
    const { look, told } = device();
    look();
    expect(told()).toEqual([{ everyMs: FAST_EVERY_MS, until: world.now() + FAST_FOR_MS }]);
    look();
    world.clock.advance(15_000);
    look();
    expect(told()).toEqual([]);
    world.clock.advance(15_000);
    look();
    expect(told()).toEqual([{ everyMs: FAST_EVERY_MS, until: world.now() + FAST_FOR_MS }]);
  });

  it('begins within a spread, and then goes on at once', () => {
    const { look, told } = device({ random: 0.5 });
    look();
    look();
    expect(told()).toEqual([]);
    world.clock.advance(START_SPREAD_MS / 2);
    expect(told()).toHaveLength(1);
    world.clock.advance(30_000);
    look();
    expect(told()).toHaveLength(1);
  });

  it.each([
    ['has less than 20 % of battery, as a share', { battery: 0.19 }],
    ['has less than 20 % of battery, in percent', { battery: 19 }],
    ['does not share', { isSharing: false }],
  ])('is told nothing if it %s', (_, options) => {
    const { look, told } = device(options);
    look();
    world.clock.advance(FAST_FOR_MS);
    expect(told()).toEqual([]);
  });

  it.each([0.2, 1, 20, 100])('is told at a battery of %d', (battery) => {
    const { look, told } = device({ battery });
    look();
    expect(told()).toHaveLength(1);
  });

  it('is told nothing if it does not read, or has gone meanwhile', () => {
    const slow = device();
    slow.transport.writable = false;
    slow.look();
    expect(slow.told()).toEqual([]);
    const gone = device({ random: 0.5 });
    gone.look();
    gone.session.close();
    world.clock.advance(START_SPREAD_MS);
    expect(gone.told()).toEqual([]);
  });
});
