/** A phone that sleeps and wakes: neither is a failure of the server, and it reports its position afterwards. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { friendshipsOf } from '../dataset/friendships.ts';
import { Measurements } from '../measure/measurements.ts';
import { wallClock } from '../plain/wall-clock.ts';
import { SimulatedClient } from './simulated-client.ts';
import { SmallDeployment } from './small-deployment.testing.ts';
import { devTokens } from './tokens.ts';

const [anna, ben] = [parseUserId('anna'), parseUserId('ben')];
const MAX_WAIT_MS = 10_000;

let deployment: SmallDeployment;
let measurements: Measurements;
let clients: SimulatedClient[];
let url: string;

beforeEach(async () => {
  deployment = new SmallDeployment({ friendships: friendshipsOf([[anna, ben]]), ttlMs: 60_000 });
  url = await deployment.start();
  measurements = new Measurements(wallClock.now);
  clients = [];
});

afterEach(async () => {
  for (const client of clients) client.close();
  await deployment.stop();
});

function phone(user: typeof anna, fetchToken = () => devTokens({ url, clock: wallClock })(user, '10.0.0.1')) {
  const client = new SimulatedClient({
    user,
    url,
    sourceAddress: '10.0.0.1',
    transport: 'websocket',
    radiusMeters: undefined,
    setsRadius: false,
    clock: wallClock,
    observer: measurements,
    fetchToken,
  });
  clients.push(client);
  return client;
}

async function until(condition: () => boolean): Promise<void> {
  const giveUpAt = wallClock.now() + MAX_WAIT_MS;
  while (!condition()) {
    if (wallClock.now() > giveUpAt) throw new Error(`it did not become so: ${condition}`);
    await wallClock.pause(10);
  }
}

const at = (user: typeof anna, lat: number) => ({ user, atMs: 0, lat, lng: 5, sensors: { accuracy: 7, battery: 0.5 } });

describe('a phone', () => {
  it('reaches a deployment below a path', async () => {
    await deployment.stop();
    deployment = new SmallDeployment({ friendships: friendshipsOf([[anna, ben]]), ttlMs: 60_000, below: '/nearby' });
    url = await deployment.start();
    for (const address of [url, `${url}/`]) {
      url = address;
      const annas = phone(anna);
      annas.wake();
      await until(() => annas.online);
    }
  });

  it('sleeps without counting as lost and wakes with its last position', async () => {
    const [annas, bens] = [phone(anna), phone(ben)];
    for (const client of [annas, bens]) client.wake();
    annas.report(at(anna, 41));
    bens.report(at(ben, 41.001));
    await until(() => bens.shown?.length === 1 && annas.settled);

    annas.sleep();
    await until(() => !annas.online);
    annas.report(at(anna, 41.002));
    annas.wake();
    await until(() => annas.settled && bens.shown?.[0]?.lat === 41.002);
    expect(measurements.measured()).toMatchObject({
      connections: { lost: 0, refused: {} },
      connectMs: { count: 3 },
      offlineMs: { count: 0 },
      breaches: {},
    });
  });

  it('counts a connection that the server cut, and comes back', async () => {
    const annas = phone(anna);
    annas.wake();
    annas.report(at(anna, 41));
    await until(() => annas.settled);
    deployment.cutConnections();
    await until(() => measurements.measured().connections.lost === 1 && annas.settled);
    expect(measurements.measured()).toMatchObject({ offlineMs: { count: 1 }, connectMs: { count: 1 } });
  });

  it('goes on asking for a token that it was not given', async () => {
    let requested = 0;
    const annas = phone(anna, () => {
      requested += 1;
      return requested === 1 ? Promise.reject(new Error('not yet')) : Promise.resolve('anna');
    });
    annas.wake();
    await until(() => annas.online);
    expect(measurements.measured()).toMatchObject({
      connections: { refused: { no_token: 1 } },
      connectMs: { count: 1 },
    });
  });
});
