import { expect, it } from '@jest/globals';
import { decodePositionBody } from '@nearby-friends/protocol';
import { eventually } from '@nearby-friends/testing/eventually';
import { ANN, positionOf } from '../test-support/positions-of-test.ts';
import { recordOne } from '../test-support/record-one.ts';
import { recordingLogger } from '../test-support/recording-logger.ts';
import { timeOf, useRedis } from '../test-support/redis-of-test.ts';
import { RedisLocationCache } from './location-cache.redis.ts';

const redis = useRedis();

async function setUp() {
  const commands = await redis.connect('commands');
  const { logger, lines } = recordingLogger();
  const cache = new RedisLocationCache({ redis: commands, logger, ttlMs: 60_000, instanceId: 'test' });
  return { commands, cache, lines, now: await timeOf(commands) };
}

/** Text in a log line that would reveal a position. */
function tracesOf(body: Buffer): string[] {
  const { lat, lng } = decodePositionBody(body);
  return [String(lat), String(lng), body.toString('latin1'), body.toString('base64'), [...body].join(',')];
}

it('while Redis is unavailable a position is `failed`, never a rejection, and is not queued', async () => {
  const { commands, cache, lines, now } = await setUp();
  await recordOne(cache, positionOf(ANN, now));
  await redis.server.kill();
  const lost = positionOf(ANN, now + 1, 1);
  // The first meets a connection that is breaking, the later ones meet none.
  for (let i = 0; i < 3; i++) expect((await recordOne(cache, lost)).outcome).toBe('failed');
  await eventually(() => expect(commands.status).not.toBe('ready'));
  expect(await recordOne(cache, lost)).toMatchObject({ outcome: 'failed', isAnnounced: true });
  for (const work of [
    cache.readActive([ANN]),
    cache.forget([ANN]),
    cache.stop(ANN, now),
    cache.release([{ user: ANN, device: '00', at: now }]),
  ]) {
    await expect(work).rejects.toMatchObject({ code: 'unavailable', cause: expect.any(Error) });
  }
  await expect(cache.checkWritable()).rejects.toThrow();

  await redis.server.restart();
  await eventually(() => expect(commands.status).toBe('ready'));
  expect(await cache.readActive([ANN])).toEqual([]);
  expect((await recordOne(cache, positionOf(ANN, await timeOf(commands), 2))).outcome).toBe('stored');

  expect(lines.length).toBeGreaterThanOrEqual(4);
  for (const trace of tracesOf(lost.body)) expect(lines.join('\n')).not.toContain(trace);
});

it('what Redis refuses is `failed` too, and says why without saying where', async () => {
  const { commands, cache, lines, now } = await setUp();
  await cache.checkWritable();
  await commands.config('SET', 'maxmemory', '1');
  await commands.config('SET', 'maxmemory-policy', 'noeviction');
  const refused = positionOf(ANN, now, 1);
  expect((await recordOne(cache, refused)).outcome).toBe('failed');
  await expect(cache.checkWritable()).rejects.toThrow(/OOM/);
  expect(lines.join('\n')).toContain('OOM');
  for (const trace of tracesOf(refused.body)) expect(lines.join('\n')).not.toContain(trace);
});

it('a Redis that freezes and recovers stores nothing twice', async () => {
  const { commands, cache, now } = await setUp();
  redis.server.pause();
  const waiting = recordOne(cache, positionOf(ANN, now, 1));
  const repeated = recordOne(cache, positionOf(ANN, now, 1));
  redis.server.resume();
  expect(await repeated).toEqual(await waiting);
  expect((await cache.readActive([ANN])).length).toBe(1);
  expect(commands.status).toBe('ready');
});
