/** Many sign-ons and sign-offs, in every order: no friend is missed and nothing is left over. */
import { describe, expect, it } from '@jest/globals';
import { DEFAULT_REDIS_PREFIX } from '@nearby-friends/service-kit';
import { eventually } from '../plain/eventually.ts';
import { FERRY_BUILDING, north } from '../plain/places.ts';
import { seededRandom } from '../plain/seeded-random.ts';
import { SIGN_ON_CHURN, SIGN_ON_RACES } from '../plain/tiers.ts';
import type { NearbyClient } from '../stack/nearby-client.ts';
import { useDeployment } from '../stack/use-deployment.ts';

const RACES_AT_ONCE = 20;
const CHURNING_PEOPLE = 60;

const deployment = useDeployment();

describe('signing on', () => {
  it(`[S1] [S2] in the same instant on different gateways, ${SIGN_ON_RACES} times: both always see each other`, async () => {
    const pairs = Array.from({ length: SIGN_ON_RACES }, (_, i) => [`left-${i}`, `right-${i}`] as const);
    await deployment.befriend(...pairs);
    for (let start = 0; start < SIGN_ON_RACES; start += RACES_AT_ONCE) {
      await Promise.all(pairs.slice(start, start + RACES_AT_ONCE).map(([left, right]) => race(left, right)));
    }
  }, 300_000);

  /** The first report is what makes a user active; both are written to their sockets in the same turn. */
  async function race(left: string, right: string): Promise<void> {
    const [l, r] = await Promise.all([
      deployment.signIn(left, { gateway: 0 }),
      deployment.signIn(right, { gateway: 1 }),
    ]);
    await Promise.all([l.reportUntilKept(FERRY_BUILDING), r.reportUntilKept(north(FERRY_BUILDING, 50))]);
    await eventually(() => expect([l.friendIds, r.friendIds]).toEqual([[right], [left]]));
    l.close();
    r.close();
  }

  it('[S1] subscribes to the active friends only', async () => {
    const idle = Array.from({ length: 100 }, (_, i) => ['popular', `idle-${i}`] as const);
    await deployment.befriend(...idle, ['popular', 'active-1'], ['popular', 'active-2']);
    await untilNothingIsLeft();
    const active = await Promise.all(['active-1', 'active-2'].map((name) => deployment.signIn(name, { gateway: 1 })));
    await Promise.all(active.map((client) => client.reportUntilKept(FERRY_BUILDING)));
    const popular = await deployment.signIn('popular', { gateway: 0 });
    await popular.report(FERRY_BUILDING);
    await eventually(() => expect(popular.friendIds.toSorted()).toEqual(['active-1', 'active-2']));
    // By now both gateways have read whom of their viewers' friends is active.
    await eventually(() => expect(active.map(({ friendIds }) => friendIds)).toEqual([['popular'], ['popular']]));
    expect(await deployment.gatewayMetric(0, 'nearby_friend_subscriptions')).toBe(2);
    const channels = (await deployment.userChannels()).map((name) => name.slice(DEFAULT_REDIS_PREFIX.length));
    expect(channels.filter((name) => name.startsWith('location:')).toSorted()).toEqual([
      'location:{active-1}',
      'location:{active-2}',
      'location:{popular}',
    ]);
  });

  it(`[S3] and off ${SIGN_ON_CHURN} times in random order leaves no subscription, session or friend behind`, async () => {
    const people = Array.from({ length: CHURNING_PEOPLE }, (_, i) => `churn-${i}`);
    const pairs = people.flatMap((person, i) => [1, 2, 5, 11].map((step) => pairAt(people, person, i + step)));
    await deployment.befriend(...pairs);
    const random = seededRandom(20_261_122);
    const online = new Map<string, NearbyClient>();
    for (let done = 0; done < SIGN_ON_CHURN; ) {
      const batch = people.filter(() => random() < 0.3).slice(0, SIGN_ON_CHURN - done);
      done += batch.length;
      await Promise.all(
        batch.map(async (person, i) => {
          online.get(person)?.close();
          const client = await deployment.signIn(person, { gateway: i % 2 });
          online.set(person, client);
          const reported = client.report(north(FERRY_BUILDING, random() * 4_000));
          // Some disconnect before their list has come, or even before the acknowledgement.
          if (random() < 0.5) await reported;
          else reported.catch(() => undefined);
          if (random() < 0.3) client.close();
        }),
      );
    }
    for (const client of online.values()) client.close();
    await untilNothingIsLeft();
  }, 300_000);
});

async function untilNothingIsLeft(): Promise<void> {
  await eventually(async () => {
    for (const gateway of [0, 1]) {
      for (const gauge of [
        'nearby_sessions',
        'nearby_friend_subscriptions',
        'nearby_inbox_subscriptions',
        'nearby_watched_subjects',
      ]) {
        expect([gauge, await deployment.gatewayMetric(gateway, gauge)]).toEqual([gauge, 0]);
      }
    }
    expect(await deployment.userChannels()).toEqual([]);
  }, 30_000);
}

function pairAt(people: readonly string[], person: string, index: number): readonly [string, string] {
  return [person, people[index % people.length] ?? person];
}
