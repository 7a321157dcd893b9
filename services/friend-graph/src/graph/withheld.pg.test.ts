/** What gateways are told to withhold after a restriction has ended (G7). */
import { describe, expect, it } from '@jest/globals';
import { type Grant, type GraphEvent, readEdges, type Sharing, type UserId } from '@nearby-friends/protocol';
import { by, id, useGraph } from './graph.testing.ts';

const setting = useGraph();
const [ann, bob] = [id('ann'), id('bob')];
const EXACT: Grant = { precision: 'exact', until: null };
const RUNNING: Sharing = { paused: false, until: null };
const FAR_MS = 3_600_000;

/** What bob may see of ann, by the last event, by the response to a gateway and by an announcement. */
async function stated(): Promise<(Grant | null)[]> {
  const events = await setting.takeEvents();
  const isOfBob = (event: GraphEvent) => event.kind === 'edge' && event.viewer === bob && event.subject === ann;
  const event = events.findLast(isOfBob);
  const [viewer] = await setting.repositories.viewers.read([bob], Date.now());
  const read = readEdges(viewer?.edges ?? '', viewer?.withheld).find(({ subject }) => subject === ann);
  const reverse = await setting.repositories.grants.reverseFriendsOf([ann], Date.now());
  const announced = reverse.get(ann)?.find((edge) => edge.viewer === bob);
  return [event?.kind === 'edge' ? event.grant : null, read?.grant ?? null, announced?.grant ?? null];
}

/** Runs the change and returns the span of time in which it ran; after it the next report counts. */
async function timed(change: () => Promise<unknown>): Promise<{ from: number; to: number }> {
  const from = Date.now();
  await change();
  return { from, to: Date.now() };
}

/** All three state the same grant, with times within the span. */
async function expectFrom(span: { from: number; to: number }, forms: { shown: boolean; exact: boolean }) {
  const grants = await stated();
  expect(new Set(grants.map((grant) => JSON.stringify(grant))).size).toBe(1);
  const { shownFrom = 0, exactFrom = 0 } = grants[0] ?? {};
  for (const [time, isMeant] of [
    [shownFrom, forms.shown],
    [exactFrom, forms.exact],
  ] as const) {
    if (!isMeant) expect(time).toBe(0);
    else {
      expect(time).toBeGreaterThan(span.from);
      expect(time).toBeLessThan(span.to);
    }
  }
}

const grant = (precision: Grant['precision'], until: number | null = null) =>
  setting.graph.friendships.setGrant(ann, bob, { precision, until });

describe('an edge', () => {
  it('[G7] withholds nothing while it is and stays exact, and nothing of a new friendship', async () => {
    await setting.befriend('ann', 'bob');
    expect(await stated()).toEqual([EXACT, EXACT, EXACT]);
    const until = Date.now() + FAR_MS;
    await grant('exact', until);
    expect(await stated()).toEqual(Array(3).fill({ precision: 'exact', until }));
    await setting.graph.friendships.unfriend(ann, bob);
    await setting.befriend('ann', 'bob');
    expect(await stated()).toEqual([EXACT, EXACT, EXACT]);
  });

  it('[G7] withholds what was reported while it was hidden, ended or blocked, until now and for good', async () => {
    await setting.befriend('ann', 'bob');
    await grant('hidden');
    await expectFrom(await timed(() => grant('exact')), { shown: true, exact: true });
    const first = await timed(async () => {
      await setting.graph.friendships.block(ann, bob);
      await setting.graph.friendships.unblock(ann, bob);
    });
    await setting.befriend('ann', 'bob');
    await expectFrom(first, { shown: true, exact: true });
    await setting.database.query(`UPDATE edges SET until = now() - interval '1 s' WHERE viewer_id = 'bob'`);
    await expectFrom(await timed(() => grant('exact')), { shown: true, exact: true });
  });

  it('[G7] remembers a hidden edge over the end of the friendship', async () => {
    await setting.befriend('ann', 'bob');
    await grant('hidden');
    const end = await timed(() => setting.graph.friendships.unfriend(ann, bob));
    await setting.befriend('ann', 'bob');
    await expectFrom({ from: end.from, to: end.to + 100 }, { shown: true, exact: true });
  });

  it('[G7] withholds only the exact form of what was reported while it was approximate', async () => {
    await setting.befriend('ann', 'bob');
    await grant('approximate');
    await expectFrom(await timed(() => grant('exact')), { shown: false, exact: true });
  });

  it('keeps the times no longer than a position can live, and forgets them with the account', async () => {
    await setting.befriend('ann', 'bob');
    await grant('hidden');
    const count = async () => (await setting.database.query('SELECT FROM withholdings')).length;
    await grant('exact');
    await setting.repositories.withholdings.purge();
    expect(await count()).toBe(1);
    await setting.database.query('UPDATE withholdings SET exact_from = exact_from - 86400000, shown_from = 0');
    await setting.repositories.withholdings.purge();
    expect(await count()).toBe(0);
    await grant('approximate');
    await grant('exact');
    expect(await count()).toBe(1);
    await setting.graph.accounts.erase(by(bob));
    expect(await count()).toBe(0);
  });
});

describe('a pause', () => {
  const pausedBefore = async (): Promise<(number | undefined)[]> => {
    const event = (await setting.takeEvents()).findLast(({ kind }) => kind === 'sharing');
    const [viewer] = await setting.repositories.viewers.read([bob], Date.now());
    const read = readEdges(viewer?.edges ?? '', viewer?.withheld).find(({ subject }) => subject === ann);
    const [announced] = await setting.repositories.sharing.sharingOf([ann as UserId]);
    const said = event?.kind === 'sharing' ? event.sharing.shownFrom : undefined;
    return [said, read?.sharing?.sharing.shownFrom, announced?.sharing.shownFrom];
  };

  it('[G7] withholds up to the call that ends it, or to the end it was given', async () => {
    await setting.befriend('ann', 'bob');
    const set = (sharing: Sharing) => setting.graph.sharing.setSharing(ann, sharing);
    await set({ paused: true, until: null });
    const span = await timed(() => set(RUNNING));
    const times = await pausedBefore();
    expect(new Set(times).size).toBe(1);
    expect(times[0]).toBeGreaterThan(span.from);
    expect(times[0]).toBeLessThan(span.to);
    const until = Date.now() + FAR_MS;
    await set({ paused: true, until });
    expect(await pausedBefore()).toEqual([until, until, until]);
    const early = await timed(() => set(RUNNING));
    const [resumed] = await pausedBefore();
    expect(resumed).toBeGreaterThan(early.from);
    expect(resumed).toBeLessThan(early.to);
    // An end in the future that is not reached withholds nothing more, and running on changes nothing.
    await set({ paused: false, until: Date.now() + FAR_MS });
    expect(await pausedBefore()).toEqual([resumed, resumed, resumed]);
    expect(await setting.graph.sharing.sharingOf(ann)).toEqual({ paused: false, until: expect.any(Number) });
  });
});
