import { expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing';
import { echo, useBuses } from '../bus.testing.ts';
import { useRedis } from '../redis/redis.testing.ts';
import { hashString } from './rendezvous.ts';

const redis = useRedis();
const { start } = useBuses(redis);

it('a question that an instance took before it vanished is asked elsewhere as soon as another finds nobody there', async () => {
  let taken = 0;
  let letGo: (answer: { text: string; by: string }) => void = () => undefined;
  const vanishing = await start('location', 'vanishing');
  vanishing.rpc.serve(echo, () => {
    taken++;
    return new Promise((resolve) => {
      letGo = resolve;
    });
  });
  const staying = await start('location', 'staying');
  staying.rpc.serve(echo, () => ({ text: '', by: 'staying' }));
  // With a clock that stands still no time-out can help.
  const asker = await start('gateway', 'asker', { clock: new ManualClock(Date.now()) });
  const instance = { id: 'vanishing', hash: hashString('vanishing') };

  const early = asker.rpc.call(echo, { text: '' }, { instance });
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
  expect(await asker.rpc.call(echo, { text: '' }, { instance })).toEqual({ text: '', by: 'staying' });
  expect(await early).toEqual({ text: '', by: 'staying' });
  letGo({ text: '', by: 'vanishing' });
});
