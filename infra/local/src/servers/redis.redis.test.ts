/** Redis as tests use it: started, killed, restarted, frozen. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { identifyProcess } from '../machine/process-identity.ts';
import { fetchRedisPid } from './fetch-redis-pid.ts';
import { type Redis, startRedis } from './redis.ts';

let redis: Redis;

beforeEach(async () => {
  redis = await startRedis();
}, 120_000);

afterEach(async () => {
  await redis.stop();
});

describe('startRedis', () => {
  it('responds when the promise resolves, and has ended after stop()', async () => {
    expect(await fetchRedisPid(redis.port)).toBe(redis.pid);
    expect(redis.url).toBe(`redis://127.0.0.1:${redis.port}`);
    const { pid } = redis;
    await redis.stop();
    expect(await fetchRedisPid(redis.port)).toBe('unavailable');
    expect(await identifyProcess(pid)).toBeUndefined();
  });

  it('comes back on the same port after kill()', async () => {
    const { pid, port } = redis;
    await redis.kill();
    expect(await fetchRedisPid(port)).toBe('unavailable');
    await redis.restart();
    expect(redis.port).toBe(port);
    expect(redis.pid).not.toBe(pid);
    expect(await fetchRedisPid(port)).toBe(redis.pid);
  });

  it('is replaced by restart() also while it runs', async () => {
    const { pid, port } = redis;
    await redis.restart();
    expect(await identifyProcess(pid)).toBeUndefined();
    expect(await fetchRedisPid(port)).toBe(redis.pid);
  });

  it('does not respond while it is frozen, does again afterwards, and can be stopped frozen', async () => {
    redis.pause();
    expect(await fetchRedisPid(redis.port)).toBe('unavailable');
    redis.resume();
    expect(await fetchRedisPid(redis.port)).toBe(redis.pid);
    redis.pause();
    await redis.stop();
    expect(redis.process.isRunning()).toBe(false);
  });

  it('takes more arguments', async () => {
    const cluster = await startRedis({ args: ['--cluster-enabled', 'yes'] });
    expect(await fetchRedisPid(cluster.port)).toBe(cluster.pid);
    await cluster.stop();
  });

  it('may have a password', async () => {
    const guarded = await startRedis({ args: ['--requirepass', 'secret'] });
    expect(await fetchRedisPid(guarded.port)).toBe('protected');
    await guarded.stop();
  });

  it('says which port is taken', async () => {
    await expect(startRedis({ port: redis.port })).rejects.toThrow(`Port ${redis.port} is taken`);
  });
});
