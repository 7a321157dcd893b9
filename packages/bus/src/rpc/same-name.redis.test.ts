/** Processes of one name, as after a restart or by mistake, do not get each other's messages. */
import { describe, expect, it } from '@jest/globals';
import { instancesKey } from '@nearby-friends/protocol';
import { identifyProcess } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { echo, useBuses } from '../bus.testing.ts';
import { useRedis } from '../redis/redis.testing.ts';

const redis = useRedis();
const { start } = useBuses(redis);
const startNamed = (service: 'gateway' | 'location', name: string) => start(service, identifyProcess(name).instanceId);

describe('two processes of one name', () => {
  it('a process gets no response to a request of its killed predecessor', async () => {
    // Each response says to which request it is, and waits until the test releases it.
    const waiting = new Map<string, () => void>();
    const server = await start('location', 'server');
    server.rpc.serve(echo, ({ text }) => new Promise((resolve) => waiting.set(text, () => resolve({ text, by: '' }))));
    const killed = await startNamed('gateway', 'gateway-1');
    const lost = killed.rpc.call(echo, { text: 'of the predecessor' }).catch(() => undefined);
    await eventually(() => expect([...waiting.keys()]).toEqual(['of the predecessor']));
    killed.commands.disconnect();
    killed.rpc.stop();
    await lost;

    // Both count their requests from one.
    const successor = await startNamed('gateway', 'gateway-1');
    const response = successor.rpc.call(echo, { text: 'of the successor' });
    await eventually(() => expect(waiting.size).toBe(2));
    waiting.get('of the predecessor')?.();
    waiting.get('of the successor')?.();
    expect(await response).toEqual({ text: 'of the successor', by: '' });
  });

  it('each gets the responses to its own requests', async () => {
    await start('location', 'server');
    const callers = [await startNamed('gateway', 'gateway-1'), await startNamed('gateway', 'gateway-1')];
    for (let round = 0; round < 20; round++) {
      const texts = callers.map((_, i) => `${round} of ${i}`);
      const responses = await Promise.all(callers.map(({ rpc }, i) => rpc.call(echo, { text: texts[i] ?? '' })));
      expect(responses.map(({ text }) => text)).toEqual(texts);
    }
  });

  it('are two instances, and one that leaves does not remove the other', async () => {
    const served = [await startNamed('location', 'location-1'), await startNamed('location', 'location-1')];
    const control = await redis.connect('commands');
    const listed = () => control.zcard(instancesKey('location'));
    expect(await listed()).toBe(2);
    await served[0]?.registry.drain();
    expect(await listed()).toBe(1);
  });
});
