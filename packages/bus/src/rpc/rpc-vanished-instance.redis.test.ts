import { expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { echo, useBuses } from '../bus.testing.ts';
import { useRedis } from '../redis/redis.testing.ts';
import { hashString } from './rendezvous.ts';

const redis = useRedis();
const { start } = useBuses(redis);

it('a request to an instance that vanished goes elsewhere as soon as a later request finds no receiver', async () => {
  let received = 0;
  let release: (response: { text: string; by: string }) => void = () => undefined;
  const vanishing = await start('location', 'vanishing');
  vanishing.rpc.serve(echo, () => {
    received++;
    return new Promise((resolve) => {
      release = resolve;
    });
  });
  const staying = await start('location', 'staying');
  staying.rpc.serve(echo, () => ({ text: '', by: 'staying' }));
  // The clock stands still, so no timeout helps.
  const caller = await start('gateway', 'caller', { clock: new ManualClock(Date.now()) });
  const instance = { id: 'vanishing', hash: hashString('vanishing') };

  const early = caller.rpc.call(echo, { text: '' }, { instance });
  await eventually(() => expect(received).toBe(1));
  // Like after a SIGKILL: the connection is gone, the membership remains.
  vanishing.rpc.stop();
  await eventually(async () => {
    const control = await redis.connect('commands');
    expect(await control.call('PUBSUB', 'SHARDNUMSUB', 'rpc:{location:vanishing}')).toEqual([
      'rpc:{location:vanishing}',
      0,
    ]);
  });
  expect(await caller.rpc.call(echo, { text: '' }, { instance })).toEqual({ text: '', by: 'staying' });
  expect(await early).toEqual({ text: '', by: 'staying' });
  release({ text: '', by: 'vanishing' });
});
