/** The people of `npm start` on the real stack: a user who signs in as `demo` sees them move. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Stack, startStack } from '@nearby-friends/local-stack';
import { DEMO_HOME, DEMO_NAMES, DEMO_PERSON, demoPeople } from '@nearby-friends/simulator/demo-people';
import { eventually } from '../plain/eventually.ts';
import { NearbyClient } from '../stack/nearby-client.ts';

const PEOPLE = 20;
/** Some 50 m: more than a receiver errs. */
const FAR_DEGREES = 0.0005;
const residents = new Set(demoPeople(PEOPLE).map(({ id }) => id));

let stack: Stack;
let demo: NearbyClient | undefined;
beforeAll(async () => {
  stack = await startStack({ people: PEOPLE, reportSeconds: 1 });
}, 120_000);
afterEach(() => demo?.close());
afterAll(() => stack.stop(), 60_000);

async function tokenOf(userId: string): Promise<string> {
  const response = await fetch(`${stack.url}/api/v1/dev/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userId }),
  });
  return ((await response.json()) as { token: string }).token;
}

describe('a newcomer who signs in as demo', () => {
  it('sees friends of the city around, and some of them moving', async () => {
    // Online before the residents are: their friendships reach a client that is connected.
    const client = new NearbyClient({ url: stack.url, token: await tokenOf(DEMO_PERSON.id) });
    demo = await client.connect();
    await client.report(DEMO_HOME);
    await eventually(() => expect(client.friends.length).toBeGreaterThan(PEOPLE / 3), 60_000);
    expect(client.friendIds.filter((id) => !residents.has(id))).toEqual([]);

    const before = new Map(client.friends.map((friend) => [friend.id, friend]));
    await eventually(() => {
      const moved = client.friends.filter(({ id, lat, lng }) => {
        const then = before.get(id);
        return then !== undefined && Math.hypot(lat - then.lat, lng - then.lng) > FAR_DEGREES;
      });
      expect(moved.length).toBeGreaterThan(1);
    }, 60_000);
  }, 150_000);

  it('reads their names', async () => {
    const [first] = DEMO_NAMES;
    const headers = { authorization: `Bearer ${await tokenOf(first?.id ?? '')}` };
    await eventually(async () => {
      const profile = await (await fetch(`${stack.url}/api/v1/me`, { headers })).json();
      expect(profile).toMatchObject({ displayName: first?.displayName });
    }, 60_000);
  }, 90_000);
});
