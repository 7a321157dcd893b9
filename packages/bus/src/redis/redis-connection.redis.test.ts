import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { type Logger, silentLogger } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { connection as asComponent } from '../bus.ts';
import { useRedis } from './redis.testing.ts';
import { connectRedis, openRedis, type Redis, SOCKET_TIMEOUT_MS } from './redis-connection.ts';

const redis = useRedis();

/** Sends one command per turn of the event loop, since auto-pipelining writes at the end of a turn. */
async function send(connection: Redis, ...keys: string[]): Promise<{ outcomes: Promise<string>[] }> {
  const outcomes: Promise<string>[] = [];
  for (const key of keys) {
    outcomes.push(
      connection.set(key, 'stale').then(
        () => 'stored',
        () => 'rejected',
      ),
    );
    await nextTurn();
    await nextTurn();
  }
  return { outcomes };
}

async function lose(connection: Redis): Promise<void> {
  await redis.server.kill();
  await eventually(() => expect(connection.status).not.toBe('ready'));
}

describe('a command that cannot be sent or gets no response is rejected, never sent later: a position would be stale', () => {
  it('in flight when Redis goes away', async () => {
    const connection = await redis.connect('commands');
    redis.server.pause();
    const { outcomes } = await send(connection, 'written', 'waiting', 'waiting too');
    await lose(connection);
    expect(await Promise.all(outcomes)).toEqual(['rejected', 'rejected', 'rejected']);

    await redis.server.restart();
    await eventually(() => connection.ping());
    expect(await connection.dbsize()).toBe(0);
  });

  it('although a connection left to the habits of ioredis would send it again', async () => {
    const connection = openRedis({ url: redis.server.url, purpose: 'patient', role: 'test', logger: silentLogger });
    try {
      await connectRedis(connection);
      redis.server.pause();
      const { outcomes } = await send(connection, 'k');
      await lose(connection);
      await redis.server.restart();
      expect(await Promise.all(outcomes)).toEqual(['stored']);
      expect(await connection.get('k')).toBe('stale');
    } finally {
      connection.disconnect();
    }
  });

  it('while Redis is unavailable', async () => {
    const connection = await redis.connect('commands');
    await lose(connection);
    expect(await Promise.all((await send(connection, 'k')).outcomes)).toEqual(['rejected']);
    const pipeline = connection.pipeline().set('p', 'stale').get('p');
    const results = await pipeline.exec();
    expect(results?.map(([error]) => error?.message)).toEqual([
      "Stream isn't writeable and enableOfflineQueue options is false",
      "Stream isn't writeable and enableOfflineQueue options is false",
    ]);

    await redis.server.restart();
    await eventually(() => connection.ping());
    expect(await connection.dbsize()).toBe(0);
  });

  it('when Redis freezes: noticed by the time-out, and only what Redis already had in hand comes to pass', async () => {
    const connection = await redis.connect('commands');
    redis.server.pause();
    const frozenAt = performance.now();
    const { outcomes } = await send(connection, 'written', 'waiting');
    expect(await Promise.all(outcomes)).toEqual(['rejected', 'rejected']);
    expect(performance.now() - frozenAt).toBeLessThan(SOCKET_TIMEOUT_MS + 1_000);

    redis.server.resume();
    await eventually(() => connection.ping());
    // A command in Redis' own buffer cannot be revoked; this is why the scripts compare versions (L3).
    expect(await connection.keys('*')).toEqual(['written']);
  });
});

describe('a connection', () => {
  it('speaks RESP3 and bears its role as a name', async () => {
    const connection = await redis.connect('commands');
    expect(await connection.client('INFO')).toMatch(/ name=test:commands .* resp=3\s/);
  });

  it('waits for a Redis that comes later', async () => {
    await redis.server.kill();
    const connection = redis.open('commands');
    const connected = connectRedis(connection);
    await eventually(() => expect(connection.status).toBe('reconnecting'));
    await redis.server.restart();
    await connected;
    expect(await connection.ping()).toBe('PONG');
    await connectRedis(connection);
  });

  it('that is given up while it waits says so', async () => {
    await redis.server.kill();
    const component = asComponent('redis', redis.open('commands'));
    const started = component.start?.();
    await component.stop?.();
    await expect(started).rejects.toThrow('aborted before Redis responded');
  });

  it('logs each loss once and each return once, and its own end not at all', async () => {
    const warn = jest.fn();
    const info = jest.fn();
    const connection = openRedis({
      url: redis.server.url,
      purpose: 'commands',
      role: 'test',
      logger: { warn, info } as unknown as Logger,
    });
    await connectRedis(connection);
    for (const losses of [1, 2]) {
      await lose(connection);
      // Several attempts fail before it is back.
      const attempts: unknown[] = [];
      connection.on('reconnecting', () => attempts.push(1));
      await eventually(() => expect(attempts.length).toBeGreaterThan(1));
      await redis.server.restart();
      await eventually(() => connection.ping());
      expect([warn.mock.calls.length, info.mock.calls.length]).toEqual([losses, losses]);
    }
    const ended = new Promise((resolve) => connection.once('end', resolve));
    connection.disconnect();
    await ended;
    expect(warn).toHaveBeenCalledTimes(2);
  });
});
