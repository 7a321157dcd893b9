/** Friend-graph's database was restored from a backup: a gateway forgets what it knew, whatever its version (G8). */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { APPROXIMATE, EXACT, HIDDEN, type Viewer } from '../test-support/nearby-world.ts';
import { OpeningWorld } from '../test-support/opening-world.ts';

const [ANN, BEN] = ['ann', 'ben'].map(parseUserId) as [ReturnType<typeof parseUserId>, ReturnType<typeof parseUserId>];
let world: OpeningWorld;
let ann: Viewer;

beforeEach(async () => {
  world = new OpeningWorld();
  world.befriend('ann', 'ben');
  world.isActive('ben', 10);
  ann = await world.connect('ann');
  expect(await world.sent(ann)).toEqual(['[ben@10]']);
});
afterEach(async () => {
  expect(await world.nearby.metrics.metric('nearby_post_revocation_deliveries_total')).toBe(0);
});

const report = (meters: number) => world.nearby.report('ben', meters, world.boundary());

describe('[G8] when an epoch begins', () => {
  it('a friendship that the database has lost ends, though it was heard of under a higher version', async () => {
    const backup = world.backUp();
    world.isActive('cho', 20);
    world.hear(world.setEdge('ann', 'cho', EXACT));
    expect(await world.sent(ann)).toEqual(['+cho@20']);
    world.hear(world.restore(backup));
    report(11);
    expect(await world.sent(ann)).toEqual(['+ben@11 -cho']);
  });

  it('the grant of the database counts again, though a wider one was heard of under a higher version', async () => {
    world.hear(world.setEdge('ann', 'ben', APPROXIMATE));
    const backup = world.backUp();
    world.hear(world.setEdge('ann', 'ben', EXACT));
    report(11);
    await world.sent(ann);
    expect(ann.list.friends.get(BEN)?.precision).toBe('exact');
    world.hear(world.restore(backup));
    await world.sent(ann);
    report(12);
    await world.sent(ann);
    expect(ann.list.friends.get(BEN)?.precision).toBe('approximate');
  });

  it('a wider grant of the past that comes after a response named the epoch ends when events were missed', async () => {
    world.hear(world.setEdge('ann', 'ben', APPROXIMATE));
    const backup = world.backUp();
    const late = world.setEdge('ann', 'ben', EXACT);
    world.restore(backup);
    world.opener.reopen(ann.session).catch(() => undefined);
    await world.sent(ann);
    world.hear(late);
    // The event of the epoch is among those that are lost.
    world.applier.onMissed();
    await world.sent(ann);
    report(12);
    await world.sent(ann);
    expect(ann.list.friends.get(BEN)?.precision).toBe('approximate');
  });

  it('a change after it counts: a hide ends the delivery', async () => {
    const backup = world.backUp();
    for (let i = 0; i < 6; i++) world.hear(world.setEdge('ann', 'ben', EXACT));
    world.hear(world.restore(backup), world.setEdge('ann', 'ben', HIDDEN));
    report(11);
    expect(await world.sent(ann)).toEqual(['-ben']);
    report(12);
    expect(await world.sent(ann)).toEqual([]);
  });

  it('no position from before it is shown: whether it was withheld is not known any more', async () => {
    const backup = world.backUp();
    world.hear(world.setSharing('ben', true));
    expect(await world.sent(ann)).toEqual(['-ben']);
    world.nearby.report('ben', 11);
    world.hear(world.restore(backup));
    expect(await world.sent(ann)).toEqual([]);
    const dan = await world.connect('dan');
    world.hear(world.setEdge('dan', 'ben', EXACT));
    expect([await world.sent(ann), await world.sent(dan)]).toEqual([[], ['[]']]);
    report(12);
    expect([await world.sent(ann), await world.sent(dan)]).toEqual([['+ben@12'], ['+ben@12']]);
  });

  it('nothing is sent until the rights have been read again, and older answers do not count', async () => {
    const backup = world.backUp();
    let answer: () => void = () => undefined;
    world.beforeResponse = (request) =>
      request === 'friends' ? new Promise<void>((resolve) => (answer = resolve)) : undefined;
    world.hear(world.restore(backup));
    report(11);
    expect(await world.sent(ann)).toEqual([]);
    const early = answer;
    world.hear(world.restore(backup));
    early();
    expect(await world.sent(ann)).toEqual([]);
    world.beforeResponse = () => undefined;
    answer();
    report(12);
    await world.sent(ann);
    expect([...ann.list.friends.keys()]).toEqual(['ben']);
  });

  it('revoked tokens stay revoked, and the radius of the database counts', async () => {
    const backup = world.backUp();
    world.hear({ kind: 'signed-out', version: world.nearby.nextVersion(), user: BEN, before: 5 });
    world.hear({ kind: 'radius', version: world.nearby.nextVersion(), user: ANN, radiusMeters: 500 });
    expect(ann.session.radiusMeters).toBe(500);
    world.hear(world.restore(backup));
    await world.sent(ann);
    expect(world.nearby.ledger.isRevoked(BEN, 5)).toBe(true);
    expect(ann.session.radiusMeters).toBe(world.radiusMeters);
  });
});

describe('[G8] an epoch whose event was missed', () => {
  it('is learned from the first response, and everything is read again', async () => {
    const backup = world.backUp();
    for (let i = 0; i < 3; i++) world.hear(world.setEdge('ann', 'ben', EXACT));
    world.restore(backup);
    world.setEdge('ann', 'ben', null);
    world.applier.onMissed();
    await world.sent(ann);
    // The first response begins the epoch, and counts as read before it.
    world.nearby.clock.advance(1_000);
    await world.sent(ann);
    expect([...ann.list.friends.keys()]).toEqual([]);
  });

  it('of which a response came first begins once more with its event: events of the past may come in between', async () => {
    const backup = world.backUp();
    const lost = world.setEdge('ann', 'cho', EXACT);
    world.isActive('cho', 20);
    const began = world.restore(backup);
    expect(world.applier.acceptEpoch(world.epoch)).toBe(false);
    world.hear(lost, began);
    await world.sent(ann);
    report(11);
    world.nearby.report('cho', 21, world.boundary());
    await world.sent(ann);
    expect([...ann.list.friends.keys()]).toEqual(['ben']);
  });

  it('begins again when the stream is read again, after the events of the past', async () => {
    const lost = world.setEdge('ann', 'cho', EXACT);
    world.isActive('cho', 20);
    const backup = world.backUp();
    world.unfriend('ann', 'cho');
    const began = world.restore({ ...backup, friendships: new Map([...backup.friendships].slice(0, 0)) });
    world.hear(lost, began);
    await world.sent(ann);
    world.hear(lost, began);
    await world.sent(ann);
    world.nearby.report('cho', 21, world.boundary());
    await world.sent(ann);
    expect([...ann.list.friends.keys()]).toEqual([]);
  });

  it('is not undone by a response or an announcement of the past', async () => {
    const [past, backup] = [world.epoch, world.backUp()];
    const lost = world.setEdge('ann', 'cho', EXACT);
    world.isActive('cho', 20);
    world.hear(world.restore(backup));
    expect(world.applier.acceptEpoch(past)).toBe(false);
    // Read after all events that this gateway may have missed, which makes it trusted otherwise.
    const asOf = { epoch: 'now', last: String(world.joinedAt) };
    world.announce('ann', 'cho', 20, { version: lost.version, graphEpoch: past.id, asOf });
    report(11);
    world.nearby.report('cho', 21, world.boundary());
    await world.sent(ann);
    expect([...ann.list.friends.keys()]).toEqual(['ben']);
  });
});
