import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Grant, type GraphEvent, parseUserId } from '@nearby-friends/protocol';
import { LEAVE_GRACE_MS } from '../friends/friend-channels.ts';
import { APPROXIMATE, EXACT, HIDDEN, inShort, TTL_MS, type Viewer } from '../test-support/nearby-world.ts';
import { OpeningWorld } from '../test-support/opening-world.ts';

let world: OpeningWorld;
let ann: Viewer;

beforeEach(async () => {
  world = new OpeningWorld();
  world.befriend('ann', 'ben');
  world.isActive('ben', 10);
  ann = await world.connect('ann');
  expect(await world.sent(ann)).toEqual(['[ben@10]']);
});

/** The second look before sending is not to be needed: whatever it had to stop went wrong before. */
afterEach(async () => {
  expect(await world.nearby.metrics.metric('nearby_post_revocation_deliveries_total')).toBe(0);
});

describe('[G5] an edge', () => {
  it.each<[how: string, grant: Grant | null]>([
    ['is gone', null],
    ['is hidden', HIDDEN],
    ['has ended', { precision: 'exact', until: 1 }],
  ])('that %s takes the friend off the list, and the subscription with it', async (_, grant) => {
    world.hear(world.setEdge('ann', 'ben', grant));
    world.nearby.report('ben', 20);
    expect(await world.sent(ann)).toEqual(['-ben']);
    world.nearby.clock.advance(LEAVE_GRACE_MS);
    expect(world.nearby.board.size).toBe(0);
  });

  it('that is narrowed to approximate shows the grid from now on', async () => {
    world.hear(world.setEdge('ann', 'ben', APPROXIMATE));
    await world.sent(ann);
    expect(ann.list.friends.get(parseUserId('ben'))).toMatchObject({ precision: 'approximate' });
  });

  it('that is made shows an active friend within a moment, on every device', async () => {
    const tablet = await world.connect('ann', 50);
    await world.sent(tablet);
    world.isActive('cho', 30);
    world.hear(world.setEdge('ann', 'cho', EXACT));
    expect(await world.sent(ann)).toEqual(['+cho@30']);
    expect(inShort(tablet.read())).toEqual(['+cho@20']);
  });

  it('that is made shows no friend who has paused long ago: events do not say so, friend-graph does', async () => {
    world.isActive('cho', 30);
    world.setSharing('cho', true);
    world.hear(world.setEdge('ann', 'cho', EXACT));
    expect(await world.sent(ann)).toEqual([]);
    world.hear(world.setSharing('cho', false));
    expect(await world.sent(ann)).toEqual([]);
    world.nearby.report('cho', 30, world.boundary());
    expect(await world.sent(ann)).toEqual(['+cho@30']);
  });

  it('[G4] counts by its version: twice is once, and an older one changes nothing', async () => {
    const made = world.setEdge('ann', 'ben', APPROXIMATE);
    const gone = world.setEdge('ann', 'ben', null);
    world.hear(gone, gone, made);
    expect(await world.sent(ann)).toEqual(['-ben']);
    world.hear(made);
    expect(await world.sent(ann)).toEqual([]);
    expect(await world.nearby.metrics.metric('nearby_graph_events_applied_total')).toBe(1);
    expect(await world.nearby.metrics.metric('nearby_graph_events_ignored_total')).toBe(3);
  });

  it('[G4] that is older than what an announcement said changes nothing', async () => {
    const event = world.setEdge('ann', 'ben', EXACT);
    world.announce('ann', 'ben', 20, { grant: APPROXIMATE });
    await world.sent(ann);
    world.hear(event);
    world.nearby.report('ben', 30);
    await world.sent(ann);
    expect(ann.list.friends.get(parseUserId('ben'))).toMatchObject({ precision: 'approximate' });
  });

  it('[G4] that an announcement says was created again is not removed by the older event', async () => {
    const gone = world.setEdge('ann', 'ben', null);
    world.befriend('ann', 'ben');
    world.announce('ann', 'ben', 10);
    await world.sent(ann);
    world.hear(gone);
    expect(await world.sent(ann)).toEqual([]);
    expect(ann.session.watches.friends()).toEqual(['ben']);
  });

  it('[L2] an announcement says how long the position lives, if it says so', async () => {
    for (const name of ['cho', 'eve']) world.befriend('ann', name);
    world.announce('ann', 'cho', 30, { lifetimeMs: 900_000 });
    world.announce('ann', 'eve', 40);
    await world.sent(ann);
    world.nearby.clock.advance(TTL_MS + 1_000);
    ann.read();
    expect([...ann.list.friends.keys()]).toEqual(['cho']);
  });

  it('of another user changes nothing here', async () => {
    world.hear(world.setEdge('ben', 'ann', null), world.setEdge('dan', 'ben', HIDDEN));
    expect(await world.sent(ann)).toEqual([]);
  });
});

describe('a radius', () => {
  it('that is set elsewhere counts on all devices, by its version', async () => {
    const user = parseUserId('ann');
    const [first, second] = [500, 700].map((radiusMeters): GraphEvent => {
      return { kind: 'radius', version: world.nearby.nextVersion(), user, radiusMeters };
    }) as [GraphEvent, GraphEvent];
    world.hear(second);
    expect(await world.sent(ann)).toEqual(['[ben@10]']);
    world.hear(first);
    expect(await world.sent(ann)).toEqual([]);
    expect(ann.list.radiusMeters).toBe(700);
    await world.opener.reopen(ann.session);
    expect(ann.session.radiusMeters).toBe(700);
  });
});

describe('signing out everywhere', () => {
  const signOut = (before: number): GraphEvent => {
    return { kind: 'signed-out', version: world.nearby.nextVersion(), user: parseUserId('ann'), before };
  };

  it('closes connections with an older token, or with one without a time of issue', async () => {
    const old = await world.connect('ann');
    old.session.credentials.renew({ expiresAt: Number.POSITIVE_INFINITY, issuedAt: 100 });
    const fresh = await world.connect('ann');
    fresh.session.credentials.renew({ expiresAt: Number.POSITIVE_INFINITY, issuedAt: 101 });
    const other = await world.connect('dan');
    world.hear(signOut(100));
    expect([ann, old, fresh, other].map(({ session }) => session.isClosed)).toEqual([true, true, false, false]);
  });

  it('is heard of by who opens a session later, too', async () => {
    world.signedOutBefore = 100;
    const late = world.nearby.viewer('ann', 0);
    late.session.credentials.renew({ expiresAt: Number.POSITIVE_INFINITY, issuedAt: 100 });
    late.transport.onDisconnect = () => world.end(late.session);
    await world.opener.open(late.session, Promise.resolve());
    expect(late.session.isClosed).toBe(true);
    expect(await world.sent(late)).toEqual([]);
  });
});

describe('a user who is erased', () => {
  it('leaves every list, and whatever was said of edges before is void', async () => {
    const version = world.nearby.nextVersion();
    world.hear({ kind: 'erased', version: world.nearby.nextVersion(), user: parseUserId('ben'), before: 100 });
    world.nearby.report('ben', 20);
    expect(await world.sent(ann)).toEqual(['-ben']);
    world.announce('ann', 'ben', 30, { version });
    expect(await world.sent(ann)).toEqual([]);
    world.announce('ann', 'ben', 30);
    expect(await world.sent(ann)).toEqual(['+ben@30']);
  });

  it('is closed, and sees no friend', async () => {
    world.hear({ kind: 'erased', version: world.nearby.nextVersion(), user: parseUserId('ann'), before: 100 });
    expect(ann.session.isClosed).toBe(true);
    expect(await world.sent(ann)).toEqual([]);
  });
});
