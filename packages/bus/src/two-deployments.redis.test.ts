/** Two deployments on one Redis, told apart by their prefixes: neither hears, finds or changes anything of the other. */
import { describe, expect, it } from '@jest/globals';
import { Lifecycle, silentLogger, systemClock } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { echo } from './bus.testing.ts';
import { createBus } from './bus.ts';
import { FencedStreamWriter } from './fenced-stream/index.ts';
import { useRedis } from './redis/redis.testing.ts';

const redis = useRedis();
const running: Lifecycle[] = [];
redis.beforeItEnds(() => Promise.all(running.splice(0).map((lifecycle) => lifecycle.stop())));

/** A service of one deployment. Instance ids are the same in both. */
async function start(redisPrefix: string, service: 'gateway' | 'location') {
  const { url: redisUrl } = redis.server;
  const instanceId = `${service}-1`;
  const common = { clock: systemClock, logger: silentLogger };
  const bus = createBus({ redisUrl, redisPrefix, service, instanceId, watch: ['location'], ...common });
  if (service === 'location') bus.rpc.serve(echo, ({ text }) => ({ text, by: redisPrefix }));
  const lifecycle = new Lifecycle({ components: [...bus.components, bus.membership], logger: silentLogger });
  running.push(lifecycle);
  await lifecycle.start();
  return bus;
}

describe('two deployments on one Redis', () => {
  it('do not hear each other: neither messages, nor requests, nor events', async () => {
    const [a, b] = [await start('a:', 'gateway'), await start('b:', 'gateway')];
    const heard: string[] = [];
    await a.subscriptions.subscribe('location:{ann}', (payload) => heard.push(`a ${payload}`));
    await b.subscriptions.subscribe('location:{ann}', (payload) => heard.push(`b ${payload}`));
    expect(await a.publish('location:{ann}', Buffer.from('1'))).toBe(1);
    expect(await b.publish('location:{ann}', Buffer.from('2'))).toBe(1);
    await eventually(() => expect(heard).toEqual(['a 1', 'b 2']));

    // The only location instance is one of the other deployment.
    await start('a:', 'location');
    await eventually(() => expect(a.registry.candidates('location').map(({ id }) => id)).toEqual(['location-1']));
    expect(await a.rpc.call(echo, { text: 'x' })).toEqual({ text: 'x', by: 'a:' });
    await expect(b.rpc.call(echo, { text: 'x' })).rejects.toMatchObject({ code: 'unavailable' });
    await start('b:', 'location');
    expect(await b.rpc.call(echo, { text: 'x' })).toEqual({ text: 'x', by: 'b:' });

    const writers = [a, b].map(
      (bus) =>
        new FencedStreamWriter({ redis: bus.commands, stream: 'events', clock: systemClock, logger: silentLogger }),
    );
    await writers[0]?.append([Buffer.from('of a')]);
    const ends = await Promise.all(writers.map((writer) => writer.end()));
    expect(ends[0]?.last).not.toBe('0-0');
    expect(ends[1]).toMatchObject({ last: '0-0' });
    expect(ends[1]?.epoch).not.toBe(ends[0]?.epoch);

    const control = await redis.connect('commands');
    const names = [...(await control.keys('*')), ...((await control.call('PUBSUB', 'SHARDCHANNELS')) as string[])];
    expect(names.length).toBeGreaterThan(6);
    expect(names.filter((name) => !/^[ab]:/.test(name))).toEqual([]);
  });
});
