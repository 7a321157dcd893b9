/** The stack's own behaviour, with stand-ins in place of the services: order, supervision, change, failure. */
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { checkoutRoot } from '../machine/local-folder.ts';
import { identifyProcess } from '../machine/process-identity.ts';
import { fetchRedisPid } from '../servers/fetch-redis-pid.ts';
import { startPostgres } from '../servers/postgres.ts';
import { startRedis } from '../servers/redis.ts';
import { send } from '../test-support/http-client.ts';
import { waitFor } from '../test-support/wait-for.ts';
import type { Stack } from './stack.ts';
import type { StackOptions } from './stack-options.ts';
import { startStack } from './start-stack.ts';

const standIn = path.join(checkoutRoot, 'infra/local/stand-ins/service.mjs');
const STAND_INS = {
  entryPoints: {
    gateway: standIn,
    location: standIn,
    'friend-graph': standIn,
    ingest: standIn,
    alerts: standIn,
    migrate: path.join(checkoutRoot, 'infra/local/stand-ins/migrate.mjs'),
  },
  gateways: 1,
  locations: 1,
  friendGraphs: 1,
} satisfies StackOptions;

let stack: Stack | undefined;

afterEach(async () => {
  await stack?.forceStop();
  stack = undefined;
});

async function start(options: StackOptions = {}): Promise<Stack> {
  stack = await startStack({ ...STAND_INS, ...options });
  return stack;
}

function handles({ gateways, locations, friendGraphs }: Stack) {
  return [...gateways, ...locations, ...friendGraphs];
}

/** Which instances serve a new client, over many client addresses. */
async function instancesReached({ url }: Stack): Promise<string[]> {
  const replies = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      send(url, '/socket.io/?EIO=4', { headers: { 'x-forwarded-for': `10.${index}.1.1` } }),
    ),
  );
  expect(replies.filter(({ status }) => status !== 200)).toEqual([]);
  return [...new Set(replies.map(({ body }) => (JSON.parse(body) as { instance: string }).instance))].sort();
}

describe('startStack', () => {
  it('starts everything, through to the replicas, and stops everything', async () => {
    const lines: string[] = [];
    const running = await start({ gateways: 2, positionTtlSeconds: 7, log: (line) => lines.push(line) });
    expect(handles(running).map(({ name }) => name)).toEqual([
      'gateway-1',
      'gateway-2',
      'location-1',
      'friend-graph-1',
    ]);
    expect(await instancesReached(running)).toEqual(['gateway-1', 'gateway-2']);
    expect((await send(running.url, '/api/v1/dev/tokens', { method: 'POST' })).status).toBe(201);
    // Output comes through pipes, after the sockets that say that a process is ready.
    await waitFor('their output', () => {
      const [location, friendGraph] = [running.locations[0], running.friendGraphs[0]].map((one) =>
        one?.logs.join('\n'),
      );
      return location?.includes('"hasDatabase":false,"ttl":"7"') && friendGraph?.includes('"hasDatabase":true');
    });
    expect(lines.join('\n')).toMatch(/migrate +migrating \/nearby_friends/);

    const pids = [running.nginx, running.postgres, running.redis].map((server) => server?.process.pid ?? 0);
    pids.push(...handles(running).map(({ pid }) => pid));
    await running.stop();
    expect(await Promise.all(pids.map(identifyProcess))).toEqual(pids.map(() => undefined));
    expect(await Promise.all(handles(running).map(({ exited }) => exited))).toEqual([0, 0, 0, 0]);
  }, 60_000);

  it('uses the servers it is given and leaves them running', async () => {
    const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    const running = await start({ databaseUrl: postgres.url, redisUrl: redis.url });
    expect([running.postgres, running.redis]).toEqual([undefined, undefined]);
    expect([running.databaseUrl, running.redisUrl]).toEqual([postgres.url, redis.url]);
    await running.stop();
    expect(await fetchRedisPid(redis.port)).toBe(redis.pid);
    await Promise.all([postgres.stop(), redis.stop()]);
  }, 60_000);

  it('kills on stop() what ignores SIGTERM', async () => {
    const running = await start({ env: { location: { STAND_IN: 'stubborn' } }, stopDeadlineMs: 300 });
    await running.stop();
    expect(await running.locations[0]?.exited).toBeNull();
  }, 60_000);
});

describe('a stack that cannot start', () => {
  it.each([
    [
      'a service that ends',
      { env: { location: { STAND_IN: 'fail' } } },
      /location-1 ended before it was ready \(exit code 3\)\.[\s\S]*no such thing as luck/,
    ],
    [
      'a service that is never ready',
      { env: { gateway: { STAND_IN: 'never-ready' } }, readyDeadlineMs: 800 },
      /gateway-1 was not ready within 0.8 s\.[\s\S]*started/,
    ],
    [
      'a program that is not built',
      { entryPoints: { ...STAND_INS.entryPoints, migrate: '/nowhere.js' } },
      /migrate \(\/nowhere.js\) is not built\. Run `npm run build`/,
    ],
  ] satisfies [string, StackOptions, RegExp][])(
    'says why: %s',
    async (_, options, message) => {
      await expect(start(options)).rejects.toThrow(message);
    },
    60_000,
  );

  it('aborts by its signal', async () => {
    const abort = new AbortController();
    const starting = start({
      env: { gateway: { STAND_IN: 'never-ready' } },
      signal: abort.signal,
      log: (line) => {
        if (line.includes('gateway-1')) abort.abort(new Error('changed my mind'));
      },
    });
    await expect(starting).rejects.toThrow('changed my mind');
  }, 60_000);
});

describe('supervision', () => {
  it('restarts a service, Redis and nginx when they end unexpectedly', async () => {
    const restarted: string[] = [];
    const lines: string[] = [];
    const running = await start({ onRestarted: (name) => restarted.push(name), log: (line) => lines.push(line) });
    const [gateway] = running.gateways;
    for (const pid of [gateway?.pid, running.redis?.pid, running.nginx.process.pid]) process.kill(pid ?? 0, 'SIGKILL');
    await waitFor('all three', () => restarted.length === 3, 45_000);
    expect(restarted.sort()).toEqual(['gateway-1', 'nginx', 'redis']);
    expect(await instancesReached(running)).toEqual(['gateway-1']);
    expect(await fetchRedisPid(running.redis?.port ?? 0)).toBe(running.redis?.pid);
    expect(lines.join('\n')).toContain('ended unexpectedly (SIGKILL); restarting in 50 ms');
  }, 60_000);

  it('leaves alone what a test killed, until the test starts it', async () => {
    const running = await start({ gateways: 2 });
    const [gateway] = running.gateways;
    const pid = gateway?.pid;
    gateway?.kill();
    expect(await gateway?.exited).toBeNull();
    expect(await instancesReached(running)).toEqual(['gateway-2']);
    await gateway?.start();
    expect(gateway?.pid).not.toBe(pid);
    await waitFor('both again', async () => (await instancesReached(running)).length === 2);
  }, 60_000);
});

describe('gateways that are added and removed', () => {
  it('[W4] are known to nginx', async () => {
    const running = await start();
    const added = await running.addGateway();
    expect(added.name).toBe('gateway-2');
    expect(await instancesReached(running)).toEqual(['gateway-1', 'gateway-2']);
    await running.removeGateway(0);
    expect(running.gateways.map(({ name }) => name)).toEqual(['gateway-2']);
    expect(await instancesReached(running)).toEqual(['gateway-2']);
    await expect(running.removeGateway(5)).rejects.toThrow('There is no gateway 5; there are 1.');
  }, 60_000);
});
