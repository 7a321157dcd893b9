import { afterEach, expect, it } from '@jest/globals';
import { jsonCodec, type Method, type ServiceName } from '@nearby-friends/protocol';
import { Lifecycle, ManualClock, silentLogger, systemClock } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing';
import { z } from 'zod';
import { type Bus, createBus } from './bus.ts';
import { useRedis } from './redis.testing.ts';
import { hashString } from './rendezvous.ts';

const redis = useRedis();
const running: Lifecycle[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((lifecycle) => lifecycle.stop()));
});

const answer: Method<object, { by: string }> = {
  service: 'location',
  name: 'answer',
  request: jsonCodec(z.object({})),
  response: jsonCodec(z.object({ by: z.string() })),
};

async function start(service: ServiceName, instanceId: string, clock = systemClock): Promise<Bus> {
  const bus = createBus({
    redisUrl: redis.server.url,
    service,
    instanceId,
    watch: ['location'],
    clock,
    logger: silentLogger,
  });
  const lifecycle = new Lifecycle({ components: [...bus.components, bus.membership], logger: silentLogger });
  running.push(lifecycle);
  await lifecycle.start();
  return bus;
}

it('a question that an instance took before it vanished is asked elsewhere as soon as another finds nobody there', async () => {
  let taken = 0;
  let letGo: (answer: { by: string }) => void = () => undefined;
  const vanishing = await start('location', 'vanishing');
  vanishing.rpc.serve(answer, () => {
    taken++;
    return new Promise((resolve) => {
      letGo = resolve;
    });
  });
  const staying = await start('location', 'staying');
  staying.rpc.serve(answer, () => ({ by: 'staying' }));
  // With a clock that stands still no time-out can help.
  const asker = await start('gateway', 'asker', new ManualClock(Date.now()));
  const instance = { id: 'vanishing', hash: hashString('vanishing') };

  const early = asker.rpc.call(answer, {}, { instance });
  await eventually(() => expect(taken).toBe(1));
  // As a SIGKILL would leave it: the connection is gone, the membership is not.
  vanishing.rpc.stop();
  await eventually(async () => {
    const control = await redis.connect('commands');
    expect(await control.call('PUBSUB', 'SHARDNUMSUB', 'rpc:{location:vanishing}')).toEqual([
      'rpc:{location:vanishing}',
      0,
    ]);
  });
  expect(await asker.rpc.call(answer, {}, { instance })).toEqual({ by: 'staying' });
  expect(await early).toEqual({ by: 'staying' });
  letGo({ by: 'vanishing' });
});
