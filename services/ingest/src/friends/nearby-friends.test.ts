import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Rpc } from '@nearby-friends/bus';
import { distanceMeters, GridSchedule } from '@nearby-friends/geo';
import { encodePositionBody, type Position, parseUserId } from '@nearby-friends/protocol';
import { ManualClock, Metrics } from '@nearby-friends/service-kit';
import { RightsWatch } from '@nearby-friends/visibility';
import { createIngestMetrics } from '../metrics/ingest-metrics.ts';
import { NearbyFriends, type SeenFriend } from './nearby-friends.ts';

const TTL_MS = 600_000;
const VIEWER = parseUserId('viewer');
const HERE = { lat: 50, lng: 8 };
/** Some 111 m for each thousandth. */
const at = (thousandths: number): Position => ({ lat: 50 + thousandths / 1000, lng: 8 });

let clock: ManualClock;
let rights: RightsWatch;
let areRightsCurrent: boolean;
/** In the forms of `edgeTextSchema` and `withheldTextSchema`. */
let edges: string[];
let withheld: string[];
let entries: Map<string, Buffer>;
let onEntriesRead: () => void;
let answers: number;
let areNamesKnown: boolean;
/** When the epoch of the database began. */
let began: number;
let friends: NearbyFriends;

function entryOf(position: Position, time: number, lifetimeSeconds?: number): Buffer {
  const header = Buffer.alloc(18);
  header[0] = 1;
  header.writeDoubleBE(time, 10);
  return Buffer.concat([header, encodePositionBody(position, undefined, lifetimeSeconds)]);
}

beforeEach(() => {
  clock = new ManualClock();
  clock.advance(10_000_000);
  const metrics = createIngestMetrics(new Metrics());
  rights = new RightsWatch({ metrics });
  areRightsCurrent = true;
  [edges, withheld, entries, answers] = [[], [], new Map(), 0];
  onEntriesRead = () => undefined;
  areNamesKnown = true;
  began = 1_000;
  const call = async ({ name }: { name: string }, request: { users?: string[] }) => {
    if (name === 'friends-of') {
      const viewer = { viewer: VIEWER, radiusMeters: 1_000, radiusVersion: 0, signedOutBefore: null };
      return {
        viewers: [{ ...viewer, edges: edges.join(','), withheld: withheld.join(',') }],
        epoch: { id: 'epoch', began },
      };
    }
    if (name === 'names-of') {
      if (!areNamesKnown) throw new Error('unavailable');
      return { names: [{ id: 'near', displayName: 'Nea R.' }] };
    }
    answers++;
    onEntriesRead();
    return (request.users ?? []).flatMap((user) => {
      const entry = entries.get(user);
      return entry ? [{ user, entry }] : [];
    });
  };
  friends = new NearbyFriends({
    rpc: { call: call as unknown as Rpc['call'] },
    rights,
    areRightsCurrent: () => areRightsCurrent,
    schedule: new GridSchedule({ ttlMs: TTL_MS, now: () => clock.now() }),
    ttlMs: TTL_MS,
    redisNow: () => clock.now(),
    clock,
    metrics,
  });
});

/** A friend with that grant who was at the place `ageMs` ago. */
function friend(
  id: string,
  position: Position,
  { ageMs = 0, grant = 'e 1 -', lifetimeSeconds = undefined as number | undefined } = {},
) {
  edges.push(`${id} ${grant}`);
  entries.set(id, entryOf(position, clock.now() - ageMs, lifetimeSeconds));
}

async function seen(limit = 100, withNames = false): Promise<readonly SeenFriend[]> {
  let done = false;
  const seeing = friends
    .send(VIEWER, HERE, { limit, withNames }, (all) => all)
    .finally(() => {
      done = true;
    });
  while (!done) {
    clock.advance(5);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return await seeing;
}
const ids = async (limit?: number) => (await seen(limit)).map(({ id }) => id);

describe('[I4] the friends of an answer', () => {
  it('are those within the radius, nearest first, and no more than asked for', async () => {
    friend('far', at(8));
    friend('beyond', at(10));
    friend('near', at(1));
    edges.push('absent e 1 -');
    expect(await ids()).toEqual(['near', 'far']);
    expect(await ids(1)).toEqual(['near']);
    expect((await seen())[0]?.distanceMeters).toBeCloseTo(distanceMeters(HERE.lat, HERE.lng, 50.001, 8), 6);
  });

  it('are none whose grant has ended, who has paused, or whose position was withheld', async () => {
    const now = clock.now();
    friend('ended', at(1), { grant: `e 1 ${now}` });
    friend('lasting', at(1), { grant: `e 1 ${now + 60_000}` });
    friend('paused', at(1), { grant: 'e 1 - t 1 -' });
    friend('resumed', at(1), { grant: 'e 1 - f 1 -', ageMs: 2_000 });
    withheld.push(`resumed - - ${now - 1_000}`);
    friend('unhidden', at(1), { ageMs: 2_000 });
    withheld.push(`unhidden ${now - 1_000} ${now - 1_000} -`);
    expect(await ids()).toEqual(['lasting']);
  });

  it('leave at the end of their own time', async () => {
    friend('gone', at(1), { ageMs: TTL_MS });
    friend('there', at(1), { ageMs: TTL_MS - 1_000 });
    friend('resting', at(1), { ageMs: 899_000, lifetimeSeconds: 900 });
    friend('rested', at(1), { ageMs: 900_000, lifetimeSeconds: 900 });
    expect(await ids()).toEqual(['there', 'resting']);
  });

  it('have only a place on the grid, and its time, where the grant is approximate', async () => {
    friend('vague', { ...at(1), accuracy: 5, speed: 6, battery: 0.5 }, { grant: 'a 1 -' });
    friend('was-vague', { ...at(1), accuracy: 5 }, { ageMs: 2_000 });
    withheld.push(`was-vague - ${clock.now() - 1_000} -`);
    for (const one of await seen()) {
      expect(Object.keys(one.position).sort()).toEqual(['lat', 'lng']);
      expect(one.position.lat).not.toBe(50.001);
      expect(one.at).toBeLessThan(clock.now() - 2_000);
    }
  });

  it('have their names if these are wanted and can be read', async () => {
    friend('near', at(1));
    friend('far', at(8));
    const names = async (withNames: boolean) => (await seen(100, withNames)).map(({ displayName }) => displayName);
    expect(await names(true)).toStrictEqual(['Nea R.', undefined]);
    expect(await names(false)).toStrictEqual([undefined, undefined]);
    areNamesKnown = false;
    expect(await names(true)).toStrictEqual([undefined, undefined]);
  });

  it('of a restored database are none from before', async () => {
    friend('before', at(1), { ageMs: 1_000 });
    friend('after', at(1));
    began = clock.now() - 500;
    expect(await ids()).toEqual(['after']);
  });
});

describe('[I4] rights that change while it is made', () => {
  it('are read again', async () => {
    friend('ben', at(1));
    onEntriesRead = () => {
      if (answers > 1) return;
      edges.length = 0;
      rights.onMissed();
    };
    expect(await ids()).toEqual([]);
  });

  it('again and again, or that are not certain, make it empty', async () => {
    friend('ben', at(1));
    onEntriesRead = () => rights.onMissed();
    expect(await ids()).toEqual([]);
    expect(answers).toBe(3);
    onEntriesRead = () => undefined;
    areRightsCurrent = false;
    expect(await ids()).toEqual([]);
    areRightsCurrent = true;
    expect(await ids()).toEqual(['ben']);
  });
});
