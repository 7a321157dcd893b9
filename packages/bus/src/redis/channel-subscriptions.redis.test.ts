import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { silentLogger, systemClock } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { seededRandom } from '@nearby-friends/testing/seeded-random';
import { ChannelSubscriptions, SUBSCRIBER_PING_INTERVAL_MS } from './channel-subscriptions.ts';
import { killSubscribers, subscribedChannels, useRedis } from './redis.testing.ts';
import { type Redis, SOCKET_TIMEOUT_MS } from './redis-connection.ts';

const SEEDS = (process.env['TEST_SEED'] ?? '1,2,3,4,5').split(',').map(Number);
const redis = useRedis();
const ignore = () => undefined;

async function setUp(): Promise<{ control: Redis; subscriptions: ChannelSubscriptions; restorations: () => number }> {
  const control = await redis.connect('commands');
  const subscriptions = new ChannelSubscriptions({
    redis: await redis.connect('subscriber'),
    clock: systemClock,
    logger: silentLogger,
  });
  subscriptions.start();
  let restorations = 0;
  subscriptions.onRestored(() => restorations++);
  return { control, subscriptions, restorations: () => restorations };
}

describe('messages', () => {
  it('arrive as the bytes that were published, in order', async () => {
    const { control, subscriptions } = await setUp();
    const received: Buffer[] = [];
    await subscriptions.subscribe('a', (payload) => received.push(payload));

    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    expect(await control.spublish('a', everyByte)).toBe(1);
    await control.spublish('a', Buffer.alloc(0));
    await control.spublish('a', 'text');

    await eventually(() => expect(received).toEqual([everyByte, Buffer.alloc(0), Buffer.from('text')]));
    subscriptions.stop();
  });

  it('that make a handler throw do not affect other channels', async () => {
    const { control, subscriptions } = await setUp();
    const received: string[] = [];
    await Promise.all([
      subscriptions.subscribe('bad', () => {
        throw new Error('no');
      }),
      subscriptions.subscribe('good', (payload) => received.push(payload.toString())),
    ]);
    await control.spublish('bad', '1');
    await control.spublish('good', '2');
    await eventually(() => expect(received).toEqual(['2']));
    subscriptions.stop();
  });
});

describe('what Redis holds in the end is what is wanted', () => {
  it('after subscribe, unsubscribe, subscribe in one turn; all pending calls resolve', async () => {
    const { control, subscriptions } = await setUp();
    const first: string[] = [];
    const second: string[] = [];
    const early = subscriptions.subscribe('a', (payload) => first.push(payload.toString()));
    subscriptions.unsubscribe('a');
    const late = subscriptions.subscribe('a', (payload) => second.push(payload.toString()));
    await Promise.all([early, late]);

    expect(await control.spublish('a', 'x')).toBe(1);
    await eventually(() => expect(second).toEqual(['x']));
    expect(first).toEqual([]);
    subscriptions.stop();
  });

  it(`after a random sequence over few channels, with commands still pending (seeds ${SEEDS})`, async () => {
    const { control, subscriptions } = await setUp();
    for (const seed of SEEDS) {
      const random = seededRandom(seed);
      const wanted = new Set<string>();
      for (let step = 0; step < 400; step++) {
        const channel = `c${Math.floor(random() * 6)}`;
        if (wanted.delete(channel)) subscriptions.unsubscribe(channel);
        else {
          wanted.add(channel);
          const confirmed = subscriptions.subscribe(channel, ignore);
          if (random() < 0.1) await confirmed;
        }
        if (random() < 0.3) await nextTurn();
      }
      await eventually(async () => expect(await subscribedChannels(control)).toEqual([...wanted].sort()));
      for (const channel of wanted) subscriptions.unsubscribe(channel);
      await eventually(async () => expect(await subscribedChannels(control)).toEqual([]));
    }
    subscriptions.stop();
  });

  it(`after a random sequence during which Redis keeps closing the connection (seed ${SEEDS[0]})`, async () => {
    const { control, subscriptions } = await setUp();
    const random = seededRandom(SEEDS[0] ?? 1);
    const wanted = new Set<string>();
    for (let step = 0; step < 300; step++) {
      const channel = `c${Math.floor(random() * 20)}`;
      if (wanted.delete(channel)) subscriptions.unsubscribe(channel);
      else {
        wanted.add(channel);
        // Never rejects; Jest would fail on an unhandled rejection.
        void subscriptions.subscribe(channel, ignore);
      }
      if (random() < 0.3) await nextTurn();
      if (step % 30 === 29) await killSubscribers(control);
    }
    await eventually(async () => expect(await subscribedChannels(control)).toEqual([...wanted].sort()));
    await eventually(() => expect(subscriptions.isCurrent).toBe(true));
    subscriptions.stop();
  });

  it('[S3] nothing wanted, nothing subscribed', async () => {
    const { control, subscriptions } = await setUp();
    const channels = Array.from({ length: 1_200 }, (_, i) => `c${i}`);
    await Promise.all(channels.map((channel) => subscriptions.subscribe(channel, ignore)));
    expect((await subscribedChannels(control)).length).toBe(1_200);
    for (const channel of channels) subscriptions.unsubscribe(channel);
    await eventually(async () => expect(await subscribedChannels(control)).toEqual([]));
    expect(subscriptions.size).toBe(0);
    // The connection still works after it had no subscription at all.
    const received: string[] = [];
    await subscriptions.subscribe('again', (payload) => received.push(payload.toString()));
    await control.spublish('again', 'x');
    await eventually(() => expect(received).toEqual(['x']));
    subscriptions.stop();
  });
});

describe('[S4] after a loss', () => {
  const channels = Array.from({ length: 3_000 }, (_, i) => `location:{u${i}}`);

  async function expectRestored(lose: (control: Redis) => Promise<void>): Promise<void> {
    const { control, subscriptions, restorations } = await setUp();
    const received = new Set<string>();
    await Promise.all(
      channels.map((channel) => subscriptions.subscribe(channel, (payload) => received.add(payload.toString()))),
    );
    expect(restorations()).toBe(0);
    const subscribedWhenTold: Promise<string[]>[] = [];
    // The commands connection may recover a little later than the other one.
    subscriptions.onRestored(() => subscribedWhenTold.push(eventually(() => subscribedChannels(control))));

    for (const loss of [1, 2]) {
      received.clear();
      await lose(control);
      await eventually(() => expect(restorations()).toBe(loss));
      expect(subscriptions.isCurrent).toBe(true);
      expect((await subscribedWhenTold[loss - 1])?.length).toBe(channels.length);
      await Promise.all(channels.map((channel) => control.spublish(channel, channel)));
      await eventually(() => expect(received.size).toBe(channels.length));
    }
    expect(restorations()).toBe(2);
    subscriptions.stop();
  }

  it('by a restart of Redis all channels are resubscribed, with one notification', async () => {
    await expectRestored(async (control) => {
      await redis.server.kill();
      await redis.server.restart();
      await eventually(() => control.ping());
    });
  });

  it('by Redis closing the connection all channels are resubscribed, with one notification', async () => {
    await expectRestored(killSubscribers);
  });

  it('a subscription while Redis is unavailable is confirmed when Redis returns', async () => {
    const { control, subscriptions, restorations } = await setUp();
    await redis.server.kill();
    await eventually(() => expect(subscriptions.isCurrent).toBe(false));
    const received: string[] = [];
    let isConfirmed = false;
    const kept = subscriptions
      .subscribe('kept', (payload) => received.push(payload.toString()))
      .then(() => {
        isConfirmed = true;
      });
    const dropped = subscriptions.subscribe('dropped', ignore);
    subscriptions.unsubscribe('dropped');
    await dropped;
    expect(isConfirmed).toBe(false);

    await redis.server.restart();
    await kept;
    await eventually(() => control.spublish('kept', 'x'));
    await eventually(() => expect(received).toEqual(['x']));
    await eventually(() => expect(restorations()).toBe(1));
    expect(await subscribedChannels(control)).toEqual(['kept']);
    subscriptions.stop();
  });

  it('a Redis that stops responding is noticed within ping interval plus timeout, and recovered from', async () => {
    const { control, subscriptions, restorations } = await setUp();
    const received: string[] = [];
    await subscriptions.subscribe('a', (payload) => received.push(payload.toString()));

    redis.server.pause();
    const frozenAt = performance.now();
    await eventually(() => expect(subscriptions.isCurrent).toBe(false), 20_000);
    const noticedAfterMs = performance.now() - frozenAt;
    expect(noticedAfterMs).toBeLessThan(SUBSCRIBER_PING_INTERVAL_MS + SOCKET_TIMEOUT_MS + 500);

    redis.server.resume();
    const backAt = performance.now();
    await eventually(() => expect(restorations()).toBe(1));
    expect(performance.now() - backAt).toBeLessThan(5_000);
    await eventually(async () => {
      await control.spublish('a', 'x');
      expect(received).toContain('x');
    });
    expect(restorations()).toBe(1);
    subscriptions.stop();
  });
});
