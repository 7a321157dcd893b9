import { afterEach, describe, expect, it } from '@jest/globals';
import {
  CodedError,
  instanceChannel,
  instancesKey,
  jsonCodec,
  type Method,
  type ServiceName,
} from '@nearby-friends/protocol';
import { type Clock, Lifecycle, ManualClock, silentLogger, systemClock } from '@nearby-friends/service-kit';
import { eventually, seededRandom } from '@nearby-friends/testing';
import { z } from 'zod';
import { type Bus, createBus } from './bus.ts';
import { decodeEnvelope, encodeReply, encodeRequest } from './envelope.ts';
import { chooseByRendezvous, hashString } from './rendezvous.ts';
import { ATTEMPT_TIMEOUT_MS } from './rpc.ts';

import { useRedis } from './test-support/redis-of-test.ts';

const redis = useRedis();
const running: Lifecycle[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((lifecycle) => lifecycle.stop()));
});

const answerSchema = z.object({ text: z.string(), by: z.string() });
const echo: Method<{ text: string }, z.infer<typeof answerSchema>> = {
  service: 'location',
  name: 'echo',
  request: jsonCodec(z.object({ text: z.string() })),
  response: jsonCodec(answerSchema),
};

/** How long a refusal may take where nothing has to be waited for. */
const PROMPT_MS = 500;

async function start(
  service: ServiceName,
  instanceId: string,
  clock: Clock = systemClock,
): Promise<Bus & { stop(): Promise<void> }> {
  const bus = createBus({
    redisUrl: redis.server.url,
    service,
    instanceId,
    watch: ['location'],
    clock,
    logger: silentLogger,
  });
  if (service === 'location') bus.rpc.serve(echo, ({ text }) => ({ text, by: instanceId }));
  const lifecycle = new Lifecycle({ components: [...bus.components, bus.membership], logger: silentLogger });
  running.push(lifecycle);
  await lifecycle.start();
  return { ...bus, stop: () => lifecycle.stop() };
}

/** Two askers, two answerers, and everybody knows the answerers. */
async function startFour() {
  const answerers = [await start('location', 'l1'), await start('location', 'l2')] as const;
  const askers = [await start('gateway', 'g1'), await start('gateway', 'g2')] as const;
  for (const asker of askers) expect(asker.registry.candidates('location').length).toBe(2);
  return { answerers, askers };
}

/** Makes an instance known that does not exist. */
async function announceGhost(id: string): Promise<void> {
  const control = await redis.connect('commands');
  const [seconds] = await control.time();
  // Far enough in the future not to expire during the test.
  await control.zadd(instancesKey('location'), (Number(seconds) + 60) * 1000, id);
}

const keysOf = (id: string, candidates: readonly string[]) =>
  Array.from({ length: 100 }, (_, i) => `key-${i}`).filter(
    (key) =>
      chooseByRendezvous(
        key,
        candidates.map((one) => ({ id: one, hash: hashString(one) })),
      )?.id === id,
  );

async function timed<T>(work: Promise<T>): Promise<{ ms: number; outcome: T | unknown }> {
  const startedAt = performance.now();
  const outcome = await work.catch((error: unknown) => error);
  return { ms: performance.now() - startedAt, outcome };
}

describe('questions and answers', () => {
  it('each asker gets its own answer, and the same key goes to the same instance whoever asks', async () => {
    const { askers } = await startFour();
    const chosen = new Map<string, string>();
    const calls = Array.from({ length: 400 }, async (_, i) => {
      const asker = i % 2 === 0 ? askers[0] : askers[1];
      const key = `key-${Math.floor(i / 2) % 50}`;
      const { text, by } = await asker.rpc.call(echo, { text: `t${i}` }, { key });
      expect(text).toBe(`t${i}`);
      expect(by).toBe(chosen.get(key) ?? by);
      chosen.set(key, by);
    });
    await Promise.all(calls);
    expect([...new Set(chosen.values())].sort()).toEqual(['l1', 'l2']);
    const candidates = askers[0].registry.candidates('location');
    for (const [key, by] of chosen) expect(chooseByRendezvous(key, candidates)?.id).toBe(by);
  });

  it('without a key they take turns', async () => {
    const { askers } = await startFour();
    const answers = await Promise.all(Array.from({ length: 10 }, () => askers[0].rpc.call(echo, { text: '' })));
    expect(answers.filter(({ by }) => by === 'l1').length).toBe(5);
  });

  it('an instance may be named', async () => {
    const { askers } = await startFour();
    for (const instance of askers[0].registry.candidates('location')) {
      expect((await askers[0].rpc.call(echo, { text: '' }, { instance })).by).toBe(instance.id);
    }
  });

  it('an error keeps its code; what has none is internal and keeps its reason to itself', async () => {
    const answerer = await start('location', 'l1');
    const asker = await start('gateway', 'g1');
    answerer.rpc.serve(echo, ({ text }) => {
      throw text === 'coded' ? new CodedError('rate_limited', 'Slow down.') : new Error('41.88, -87.63');
    });
    await expect(asker.rpc.call(echo, { text: 'coded' })).rejects.toMatchObject({
      name: 'CodedError',
      code: 'rate_limited',
      message: 'Slow down.',
      retryable: true,
    });
    const error = await asker.rpc.call(echo, { text: 'bug' }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'internal', message: expect.not.stringContaining('41.88') });
  });

  it('a method that is not there is not found', async () => {
    await start('location', 'l1');
    const asker = await start('gateway', 'g1');
    await expect(asker.rpc.call({ ...echo, name: 'other' }, { text: '' })).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('fail-over', () => {
  it('an instance that is gone is noticed at once and not asked again', async () => {
    await start('location', 'l1');
    const asker = await start('gateway', 'g1');
    await announceGhost('ghost');
    await asker.registry.refresh();
    const key = keysOf('ghost', ['l1', 'ghost'])[0] ?? '';
    const { ms, outcome } = await timed(asker.rpc.call(echo, { text: 'x' }, { key }));
    expect(outcome).toEqual({ text: 'x', by: 'l1' });
    expect(ms).toBeLessThan(PROMPT_MS);
    expect(asker.registry.candidates('location').map(({ id }) => id)).toEqual(['l1']);
  });

  it('an instance that is silent is given up after the time-out; what it says later is heard by nobody', async () => {
    await start('location', 'l1');
    const asker = await start('gateway', 'g1');
    const ear = await redis.connect('subscriber');
    const heard: Buffer[] = [];
    ear.on('smessageBuffer', (_: Buffer, payload: Buffer) => heard.push(payload));
    await ear.ssubscribe(instanceChannel('location', 'ghost'));
    await announceGhost('ghost');
    await asker.registry.refresh();

    const key = keysOf('ghost', ['l1', 'ghost'])[0] ?? '';
    const { ms, outcome } = await timed(asker.rpc.call(echo, { text: 'x' }, { key }));
    expect(outcome).toEqual({ text: 'x', by: 'l1' });
    expect(ms).toBeGreaterThanOrEqual(ATTEMPT_TIMEOUT_MS - 5);
    expect(ms).toBeLessThan(ATTEMPT_TIMEOUT_MS + PROMPT_MS);
    // Under suspicion: the next one does not wait.
    expect((await timed(asker.rpc.call(echo, { text: 'y' }, { key }))).ms).toBeLessThan(PROMPT_MS);

    expect(asker.rpc.pending).toBe(0);
    const question = decodeEnvelope(heard[0] ?? Buffer.alloc(0));
    if (question.kind !== 'request') throw new Error('expected the question');
    const late = echo.response.encode({ text: 'late', by: 'ghost' });
    expect(await asker.publish(question.replyTo, encodeReply(question.id, late))).toBe(1);
    expect(await asker.rpc.call(echo, { text: 'z' }, { key })).toEqual({ text: 'z', by: 'l1' });
  });

  it('an answer that cannot be read is asked for elsewhere', async () => {
    const broken = await start('location', 'l1');
    await start('location', 'l2');
    const asker = await start('gateway', 'g1');
    broken.rpc.serve({ ...echo, response: jsonCodec(z.any()) }, () => ({ nonsense: true }));
    const answers = await Promise.all(Array.from({ length: 4 }, () => asker.rpc.call(echo, { text: '' })));
    expect(answers.map(({ by }) => by)).toEqual(['l2', 'l2', 'l2', 'l2']);
  });

  it('nobody there is unavailable, and somebody who comes is found without waiting for the heartbeat', async () => {
    const clock = new ManualClock();
    const asker = await start('gateway', 'g1', clock);
    const { ms, outcome } = await timed(asker.rpc.call(echo, { text: '' }));
    expect(outcome).toMatchObject({ code: 'unavailable', retryable: true });
    expect(ms).toBeLessThan(PROMPT_MS);
    await start('location', 'l1');
    expect((await asker.rpc.call(echo, { text: '' })).by).toBe('l1');
  });
});

describe('while Redis', () => {
  it('is away, everything is unavailable at once, and afterwards as before', async () => {
    const { askers } = await startFour();
    const [asker] = askers;
    await redis.server.kill();
    for (let i = 0; i < 20; i++) {
      const { ms, outcome } = await timed(asker.rpc.call(echo, { text: '' }, { key: `key-${i}` }));
      expect(outcome).toMatchObject({ code: 'unavailable' });
      expect(ms).toBeLessThan(PROMPT_MS);
    }
    // Nobody is to blame: the same key goes to the same instance right away.
    expect(asker.registry.candidates('location').length).toBe(2);
    await redis.server.restart();
    for (const key of keysOf('l1', ['l1', 'l2'])) {
      expect((await eventually(() => asker.rpc.call(echo, { text: '' }, { key }))).by).toBe('l1');
    }
  });

  it('is frozen, an answer is awaited once and nobody is blamed', async () => {
    const { askers } = await startFour();
    const [asker] = askers;
    redis.server.pause();
    const [known, unknown] = await Promise.all([
      timed(asker.rpc.call(echo, { text: '' })),
      timed(asker.rpc.call({ ...echo, service: 'friend-graph' }, { text: '' })),
    ]);
    redis.server.resume();
    for (const { ms, outcome } of [known, unknown]) {
      expect(outcome).toMatchObject({ code: 'unavailable' });
      expect(ms).toBeLessThan(ATTEMPT_TIMEOUT_MS + PROMPT_MS);
    }
    expect(asker.registry.candidates('location').length).toBe(2);
    await eventually(() => asker.rpc.call(echo, { text: '' }));
  });
});

describe('whatever arrives', () => {
  it('does no harm: random bytes and spoiled frames on the channels of both sides', async () => {
    const { askers, answerers } = await startFour();
    const [asker] = askers;
    const random = seededRandom(7);
    const valid = [
      encodeRequest(1, 'echo', 'nobody', Buffer.from('{"text":"x"}')),
      encodeRequest(2, 'echo', '', Buffer.from('not JSON')),
      encodeRequest(3, '__proto__', instanceChannel('location', 'l2'), Buffer.alloc(0)),
      encodeReply(1, Buffer.from('{}')),
    ];
    const sent: Promise<number>[] = [];
    for (let i = 0; i < 3_000; i++) {
      const template =
        valid[i % 5] ??
        Buffer.from(Array.from({ length: Math.floor(random() * 60) }, () => Math.floor(random() * 256)));
      const bytes = Buffer.from(template.subarray(0, Math.ceil(random() * template.length)));
      if (random() < 0.7 && bytes.length > 0) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      const target = i % 2 === 0 ? instanceChannel('location', 'l1') : instanceChannel('gateway', 'g1');
      sent.push(asker.publish(target, bytes));
    }
    expect(new Set(await Promise.all(sent))).toEqual(new Set([1]));
    const keys = keysOf('l1', ['l1', 'l2']);
    const answers = await Promise.all(keys.map((key) => asker.rpc.call(echo, { text: key }, { key })));
    expect(answers).toEqual(keys.map((key) => ({ text: key, by: 'l1' })));
    await Promise.all(answerers.map((answerer) => answerer.rpc.drain()));
  });
});

describe('the end', () => {
  it('draining answers what has arrived, however long it takes and however often it is asked for', async () => {
    const answerer = await start('location', 'l1');
    const asker = await start('gateway', 'g1');
    let arrived = 0;
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    answerer.rpc.serve(echo, async ({ text }) => {
      arrived++;
      await finished;
      return { text, by: 'l1' };
    });
    const calls = [asker.rpc.call(echo, { text: '1' }), asker.rpc.call(echo, { text: '2' })];
    await eventually(() => expect(arrived).toBe(2));
    let drained = 0;
    const drains = [answerer.rpc.drain(), answerer.rpc.drain()].map((drain) => drain.then(() => drained++));
    await answerer.commands.ping();
    expect(drained).toBe(0);
    finish();
    await Promise.all(drains);
    expect((await Promise.all(calls)).map(({ text }) => text)).toEqual(['1', '2']);
    await answerer.rpc.drain();
  });

  it('[W3] an answerer that leaves in order fails no question', async () => {
    const leaving = await start('location', 'l1');
    await start('location', 'l2');
    const asker = await start('gateway', 'g1');
    let failed = 0;
    let asked = 0;
    let isOver = false;
    const askers = Array.from({ length: 8 }, async () => {
      while (!isOver) {
        await asker.rpc.call(echo, { text: '' }, { key: `key-${asked++}` }).catch(() => failed++);
      }
    });
    await eventually(() => expect(asked).toBeGreaterThan(200));
    await leaving.stop();
    const whenLeft = asked;
    await eventually(() => expect(asked).toBeGreaterThan(whenLeft + 200));
    isOver = true;
    await Promise.all(askers);
    expect(failed).toBe(0);
  });

  it('stopping tells whoever still waits, asks nobody else, and leaves no timer', async () => {
    const clock = new ManualClock();
    await start('location', 'l2');
    const asker = await start('gateway', 'g1', clock);
    const ear = await redis.connect('subscriber');
    let heard = 0;
    ear.on('smessageBuffer', () => heard++);
    await ear.ssubscribe(instanceChannel('location', 'ghost'));
    const ghost = { id: 'ghost', hash: 0 };
    const waiting = Array.from({ length: 5 }, () => timed(asker.rpc.call(echo, { text: '' }, { instance: ghost })));
    await eventually(() => expect(heard).toBe(5));

    const { ms } = await timed(asker.stop());
    expect(ms).toBeLessThan(PROMPT_MS);
    for (const { outcome } of await Promise.all(waiting)) expect(outcome).toMatchObject({ code: 'unavailable' });
    await expect(asker.rpc.call(echo, { text: '' })).rejects.toMatchObject({ code: 'unavailable' });
    expect([clock.pending, asker.rpc.pending]).toEqual([0, 0]);
  });

  it('a bus that has ended leaves no connection and no member behind', async () => {
    const control = await redis.connect('commands');
    const bus = await start('location', 'l1');
    expect(await control.client('LIST')).toContain('name=location:l1:subscriber');
    await bus.stop();
    await eventually(async () => expect(await control.client('LIST')).not.toContain('name=location:l1'));
    expect(await control.zrange(instancesKey('location'), '0', '-1')).toEqual([]);
  });
});

describe('readiness', () => {
  it('[O1] is given while both connections work and refused when one does not', async () => {
    const bus = await start('location', 'l1');
    await bus.readiness.check();
    const control = await redis.connect('commands');
    const lost = new Promise((resolve) => bus.subscriptions.onRestored(() => resolve(undefined)));
    await control.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await eventually(async () => expect(bus.readiness.check()).rejects.toThrow('subscribing connection'));
    await lost;
    await bus.readiness.check();
    await redis.server.kill();
    await eventually(() => expect(bus.readiness.check()).rejects.toThrow());
  });
});
