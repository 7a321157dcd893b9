import { describe, expect, it } from '@jest/globals';
import { createLogger } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { useRedis } from '../redis/redis.testing.ts';
import type { Redis } from '../redis/redis-connection.ts';
import { shortenTimes, shortTimes } from './short-times.testing.ts';

shortenTimes();
const { EPOCH_KEY, hold, reporters, STREAM, useFencedStream } = await import('./fenced-stream.testing.ts');
const { FENCE_MS, FOLLOWER_EXPIRY_MS } = shortTimes;

const redis = useRedis();
const streams = useFencedStream(redis);

/** A stream with a settled epoch whose followers have all seen `a`. */
async function setUp() {
  const control = await redis.connect('commands');
  const made = await streams.openWriter();
  const followers = [await streams.startFollower('g1'), await streams.startFollower('g2')] as const;
  await made.writer.trim();
  await made.append('a');
  await made.writer.barrier();
  return { control, ...made, followers };
}
type Setting = Awaited<ReturnType<typeof setUp>>;

/** After any loss: every follower is notified once, and a barrier waits until the others have expired. */
async function expectLossNoticed({ writer, append, followers, control }: Setting): Promise<void> {
  await eventually(() => append('b'));
  await eventually(() => writer.barrier());
  expect(await epochAge(control)).toBeGreaterThanOrEqual(FOLLOWER_EXPIRY_MS);
  for (const follower of followers) {
    expect(follower.missed).toBe(1);
    expect(follower.seen).toContain('b');
    await eventually(() => expect(follower.follower.isCurrent).toBe(true));
  }
  await append('c');
  await writer.barrier({ deadlineMs: FENCE_MS });
}

/** ms, by Redis' clock. */
async function epochAge(control: Redis): Promise<number> {
  const began = Number(await control.hget(EPOCH_KEY, 'began'));
  const [seconds, micros] = await control.time();
  return Number(seconds) * 1000 + Number(micros) / 1000 - began;
}

describe('the loss of Redis', () => {
  it('is logged once when it begins and once when it ends, however long it takes', async () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) };
    const logger = createLogger({ service: 'gateway', replicaName: 'g1', level: 'info', destination });
    const { follower, started } = streams.openFollower('g1', logger);
    await started;
    // It may have begun before its connections were there, and says in this turn that it follows.
    await new Promise((resolve) => setImmediate(resolve));
    lines.length = 0;
    await redis.server.kill();
    await eventually(() => expect(follower.isCurrent).toBe(false));
    await redis.server.restart();
    await eventually(() => expect(follower.isCurrent).toBe(true));
    expect(lines.filter((line) => line.includes('follow'))).toEqual([
      'stream following failed',
      'stream following recovered',
    ]);
  });
});

describe('[G4] [G5] every follower notices lost entries', () => {
  it('when Redis is flushed', async () => {
    const setting = await setUp();
    await setting.control.flushall();
    await expectLossNoticed(setting);
  });

  it('when Redis dies and returns empty', async () => {
    const setting = await setUp();
    await redis.server.kill();
    await redis.server.restart();
    await expectLossNoticed(setting);
  });

  it('when Redis returns with an older state, also by followers that had not seen the lost entries', async () => {
    const setting = await setUp();
    const { control, append, followers } = setting;
    try {
      await control.save();
      followers[0].onEntries = (payloads) => {
        if (payloads.includes('lost')) throw new Error('hangs');
      };
      await append('lost');
      await eventually(() => expect(followers[1].seen).toContain('lost'));
      await redis.server.kill();
      await redis.server.restart();
      await expectLossNoticed(setting);
      expect(followers[0].seen).not.toContain('lost');
    } finally {
      // The snapshot must not be loaded in the next test.
      await control.flushall();
      await control.save();
    }
  });

  it.each([
    ['the stream', STREAM],
    ['the epoch with the reports', EPOCH_KEY],
  ])('when Redis throws away %s alone', async (_, key) => {
    const setting = await setUp();
    await setting.control.del(key);
    await expectLossNoticed(setting);
  });

  it('when another program has written to the stream', async () => {
    const setting = await setUp();
    await setting.control.xadd(STREAM, '*', 'foreign', 'x');
    await expectLossNoticed(setting);
  });

  it('when the epoch changes while a barrier waits: it waits again for all followers', async () => {
    const { writer, append, followers, control } = await setUp();
    followers[0].onEntries = () => {
      throw new Error('hangs');
    };
    await append('b');
    const barrier = writer.barrier();
    await eventually(() => expect(followers[1].seen).toContain('b'));
    const lostAt = performance.now();
    await control.flushall();
    await barrier;
    expect(performance.now() - lostAt).toBeGreaterThan(FOLLOWER_EXPIRY_MS - 50);
    expect(followers[0].missed).toBe(1);
  });

  it('by a follower that was away while they were trimmed; it gets those that are left', async () => {
    const { control, followers } = await setUp();
    const short = await streams.openWriter({ retentionMs: 50 });
    const [blocking] = followers[0].connections.slice(1);
    blocking?.disconnect();
    await short.append('trimmed');
    await eventually(async () => {
      await short.writer.trim();
      expect(await control.xlen(STREAM)).toBe(0);
    });
    const { append } = await streams.openWriter();
    await append('left');
    await blocking?.connect();
    await eventually(() => expect(followers[0].seen).toEqual(['a', 'left']));
    expect([followers[0].missed, followers[1].missed, followers[1].seen]).toEqual([1, 0, ['a', 'trimmed', 'left']]);
  });

  it('by a follower that was away while all was trimmed, although nothing new comes', async () => {
    const { control, followers } = await setUp();
    const short = await streams.openWriter({ retentionMs: 50 });
    const beforeLoss = await short.writer.end();
    expect(followers[0].follower.hasFollowedFrom(beforeLoss)).toBe(true);
    const [blocking] = followers[0].connections.slice(1);
    blocking?.disconnect();
    await short.append('trimmed');
    await eventually(async () => {
      await short.writer.trim();
      expect(await control.xlen(STREAM)).toBe(0);
    });
    const seenFrom = await short.writer.end();
    await blocking?.connect();
    await eventually(() => expect(followers[0].missed).toBe(1));
    await eventually(() => expect(followers[0].follower.isCurrent).toBe(true));
    const { follower } = followers[0];
    expect([beforeLoss, seenFrom].map((end) => follower.hasFollowedFrom(end))).toEqual([false, true]);
  });

  it('and a follower that cannot even take that in falls silent until it can', async () => {
    const { control, followers } = await setUp();
    let isBroken = true;
    followers[0].onMissed = () => {
      if (isBroken) throw new Error('cannot');
    };
    await control.flushall();
    await eventually(() => expect(followers[0].missed).toBeGreaterThan(1));
    await eventually(() => expect(followers[0].follower.isCurrent).toBe(false));
    isBroken = false;
    await eventually(() => expect(followers[0].follower.isCurrent).toBe(true));
  });
});

describe('[G5] a follower falls silent, within its fence', () => {
  it('when Redis freezes, and recovers with it without missing an entry', async () => {
    const { followers, append, writer } = await setUp();
    redis.server.pause();
    const frozenAt = performance.now();
    await eventually(() => expect(followers.map(({ follower }) => follower.isCurrent)).toEqual([false, false]));
    expect(performance.now() - frozenAt).toBeLessThan(FOLLOWER_EXPIRY_MS);
    redis.server.resume();
    await eventually(() => append('b'));
    await eventually(() => writer.barrier());
    for (const { missed, seen } of followers) expect([missed, seen]).toEqual([0, ['a', 'b']]);
  });

  it('when it was frozen itself, before anything else runs, and wakes up by itself', async () => {
    const { followers } = await setUp();
    const [{ follower, clock, missed }] = followers;
    expect(follower.isCurrent).toBe(true);
    clock.shiftMs += 30_000;
    expect(follower.isCurrent).toBe(false);
    expect(follower.ageMs).toBeGreaterThanOrEqual(30_000);
    await eventually(() => expect(follower.isCurrent).toBe(true));
    expect(missed).toBe(0);
  });

  it.each([
    ['reports get no response', 0],
    ['reads get no response', 1],
  ])('when its %s, and no writer waits for it longer', async (_, which) => {
    const { followers, append, writer } = await setUp();
    const connection = followers[0].connections[which];
    if (!connection) throw new Error('no such connection');
    const release = hold(connection);
    const heldAt = performance.now();
    await append('b');
    await writer.barrier();
    expect(performance.now() - heldAt).toBeLessThan(FOLLOWER_EXPIRY_MS + FENCE_MS);
    expect(followers[0].seen.includes('b') || !followers[0].follower.isCurrent).toBe(true);
    await eventually(() => expect(followers[0].follower.isCurrent).toBe(false));
    release();
    await eventually(() => expect([followers[0].follower.isCurrent, followers[0].seen]).toEqual([true, ['a', 'b']]));
  });

  it('when its reports are refused at once while its reads continue', async () => {
    const { followers, append, writer } = await setUp();
    const [{ follower, connections, seen }] = followers;
    connections[0]?.disconnect();
    await append('b');
    await writer.barrier();
    expect(follower.isCurrent).toBe(false);
    await connections[0]?.connect();
    await eventually(() => expect([follower.isCurrent, new Set(seen)]).toEqual([true, new Set(['a', 'b'])]));
  });

  it('when it leaves, permanently: no pending report adds it again', async () => {
    const { followers, control, append } = await setUp();
    // The next report is refused and sent again as a whole script, which could come after the leave.
    await control.script('FLUSH');
    await append('b');
    await eventually(() => expect(followers[0].seen).toContain('b'));
    await followers[0].follower.drain();
    expect([followers[0].follower.isCurrent, await reporters(control)]).toEqual([false, ['g2']]);
  });
});
