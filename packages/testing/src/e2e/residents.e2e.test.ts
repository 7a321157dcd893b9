/** The people of `npm start` on the real stack: whoever signs in as `demo` sees them move. */
import { describe, expect, it } from '@jest/globals';
import { DEMO_HOME, DEMO_NAMES, DEMO_PERSON, demoPeople } from '@nearby-friends/simulator/demo-people';
import { ApiClient } from '../api-client.ts';
import { eventually } from '../eventually.ts';
import { useDeployment } from '../use-deployment.ts';

const PEOPLE = 20;
/** Some 50 m: more than a receiver errs. */
const FAR_DEGREES = 0.0005;
const deployment = useDeployment({ people: PEOPLE, reportSeconds: 1 });
const residents = new Set(demoPeople(PEOPLE).map(({ id }) => id));

describe('a newcomer who signs in as demo', () => {
  it('sees friends of the city around, and some of them moving', async () => {
    const demo = await deployment.signIn(DEMO_PERSON.id);
    await demo.report(DEMO_HOME);
    await eventually(() => expect(demo.friends.length).toBeGreaterThan(PEOPLE / 3), 60_000);
    expect(demo.friendIds.filter((id) => !residents.has(id))).toEqual([]);

    const before = new Map(demo.friends.map((friend) => [friend.id, friend]));
    await eventually(() => {
      const moved = demo.friends.filter(({ id, lat, lng }) => {
        const then = before.get(id);
        return then !== undefined && Math.hypot(lat - then.lat, lng - then.lng) > FAR_DEGREES;
      });
      expect(moved.length).toBeGreaterThan(1);
    }, 60_000);
  }, 120_000);

  it('reads their names', async () => {
    const [first] = DEMO_NAMES;
    const api = new ApiClient(deployment);
    await eventually(async () => {
      const profile = await api.call(first?.id ?? '', 'GET', '/me');
      expect(profile).toMatchObject({ displayName: first?.displayName });
    }, 60_000);
  }, 90_000);
});
