import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { CodedError } from '@nearby-friends/protocol';
import { eventually } from '@nearby-friends/testing/eventually';
import { useRedis } from '../redis/redis.testing.ts';
import { shortenTimes, shortTimes } from './short-times.testing.ts';

shortenTimes();
const { EPOCH_KEY, hold, reporters, STREAM, useFencedStream } = await import('./fenced-stream.testing.ts');
const { FENCE_MS, FOLLOWER_EXPIRY_MS } = shortTimes;
const redis = useRedis();
const streams = useFencedStream(redis);
/** Enough for some round trips, too little for anybody to be waited out. */
const PROMPT_MS = FENCE_MS;

const unavailable = expect.objectContaining({ name: 'CodedError', code: 'unavailable' });
const texts = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `e${from + i}`);

/** A stream whose epoch is old enough, with two followers. */
async function setUp() {
  const control = await redis.connect('commands');
  const made = await streams.openWriter();
  const followers = [await streams.startFollower('g1'), await streams.startFollower('g2')] as const;
  await made.writer.trim();
  return { control, ...made, followers };
}

async function took(work: Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work;
  return performance.now() - startedAt;
}

describe('[G4] a follower', () => {
  it('gets what is appended, as bytes, in order, once while nothing goes wrong', async () => {
    const { append, writer, followers } = await setUp();
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    await append('a', 'b');
    await append('c');
    await writer.append([everyByte]);
    for (const { seen } of followers) {
      await eventually(() => expect(seen).toEqual(['a', 'b', 'c', everyByte.toString()]));
    }
  });

  it('that starts reads all that is retained, page by page, before it says so', async () => {
    const { append } = await streams.openWriter();
    await append(...texts(0, 1_203));
    expect((await streams.startFollower()).seen).toEqual(texts(0, 1_203));
  });

  it('that starts on an empty stream is ready at once', async () => {
    const opened = streams.openFollower();
    expect(await took(opened.started)).toBeLessThan(PROMPT_MS);
    expect([opened.follower.isCurrent, opened.missed, opened.seen]).toEqual([true, 0, []]);
  });

  it('that starts after everything was trimmed neither misses anything nor waits for it', async () => {
    const { append, writer, connection } = await streams.openWriter({ retentionMs: 0 });
    await append('old');
    await eventually(async () => {
      await writer.trim();
      expect(await connection.xlen(STREAM)).toBe(0);
    });
    const { follower, missed, seen } = await streams.startFollower();
    expect([follower.isCurrent, missed, seen]).toEqual([true, 0, []]);
  });

  it('knows whether it has followed from there: from where it began, not from before', async () => {
    const { append, writer } = await streams.openWriter();
    await append('a');
    const before = await writer.end();
    await append('b');
    const { follower } = await streams.startFollower();
    const begun = await writer.end();
    await append('c');
    const after = await writer.end();
    expect([before, begun, after].map((end) => follower.hasFollowedFrom(end))).toEqual([false, true, true]);
    expect(follower.hasFollowedFrom({ ...after, epoch: 'another' })).toBe(false);
    expect(streams.openFollower('g2').follower.hasFollowedFrom(after)).toBe(false);
  });

  it('continues over a stream that is trimmed behind it, and misses nothing', async () => {
    const { append, writer, connection } = await streams.openWriter({ retentionMs: 20 });
    const made = await streams.startFollower();
    for (const text of ['a', 'b', 'c']) {
      await append(text);
      await eventually(() => expect(made.seen).toContain(text));
      await eventually(async () => {
        await writer.trim();
        expect(await connection.xlen(STREAM)).toBe(0);
      });
    }
    expect([made.seen, made.missed]).toEqual([['a', 'b', 'c'], 0]);
  });

  it('gets an entry again until it can be applied, and does not say before that it was', async () => {
    const { append, writer, followers } = await setUp();
    await writer.barrier();
    let isBroken = true;
    followers[0].onEntries = () => {
      if (isBroken) throw new Error('cannot apply this');
    };
    await append('a');
    const barrier = writer.barrier();
    let isOver = false;
    barrier.then(() => {
      isOver = true;
    });
    await eventually(() => expect(followers[1].seen).toEqual(['a']));
    for (let i = 0; i < 50; i++) await nextTurn();
    expect([isOver, followers[0].seen]).toEqual([false, []]);
    isBroken = false;
    await barrier;
    expect(followers[0].seen).toEqual(['a']);
    expect(followers[0].missed).toBe(0);
  });

  it('starts when Redis comes, and not at all when it is stopped before', async () => {
    await redis.server.kill();
    const [patient, stopped] = [streams.openFollower('patient'), streams.openFollower('stopped')];
    await stopped.follower.stop();
    await expect(stopped.started).rejects.toThrow('was stopped before');
    await redis.server.restart();
    await patient.started;
    expect([patient.follower.isCurrent, stopped.follower.isCurrent]).toEqual([true, false]);
    expect(await reporters(await redis.connect('commands'))).toEqual(['patient']);
  });
});

describe('[G5] the barrier', () => {
  it('waits until the epoch is old enough for unknown followers to have expired; without followers too', async () => {
    const { writer, append } = await streams.openWriter();
    await append('a');
    const ms = await took(writer.barrier());
    expect(ms).toBeGreaterThan(FOLLOWER_EXPIRY_MS - 50);
    expect(ms).toBeLessThan(2 * FOLLOWER_EXPIRY_MS);
    expect(await took(writer.barrier())).toBeLessThan(PROMPT_MS);
  });

  it('is prompt from the first call of a writer that has just started, once a follower has known the epoch for long enough', async () => {
    const { control } = await setUp();
    const hasSettled = () => control.hexists(EPOCH_KEY, 'settled');
    const newWriter = async () => {
      const { writer, append } = await streams.openWriter();
      await append('a');
      return took(writer.barrier());
    };
    expect(await hasSettled()).toBe(0);
    await eventually(async () => expect(await hasSettled()).toBe(1));
    expect(await newWriter()).toBeLessThan(PROMPT_MS);
    // A new epoch must become old itself.
    await control.flushall();
    expect(await newWriter()).toBeGreaterThan(FOLLOWER_EXPIRY_MS - 50);
  });

  it('then takes as long as the followers need, for each of many callers', async () => {
    const { writer, append, followers } = await setUp();
    await writer.barrier();
    const calls = Array.from({ length: 200 }, async (_, i) => {
      await append(`e${i}`);
      await writer.barrier();
      return followers.every(({ seen }) => seen.includes(`e${i}`));
    });
    const ms = await took(Promise.all(calls));
    expect(await Promise.all(calls)).toEqual(calls.map(() => true));
    expect(ms).toBeLessThan(PROMPT_MS);
  });

  it('counts what another writer has appended before', async () => {
    const { writer, followers } = await setUp();
    const other = await streams.openWriter();
    await writer.barrier();
    for (let i = 0; i < 20; i++) {
      await other.append(`e${i}`);
      await writer.barrier();
      for (const { seen } of followers) expect(seen).toContain(`e${i}`);
    }
  });

  it('does not wait for a follower that has left, and leaving takes no time', async () => {
    const { writer, append, followers, control } = await setUp();
    await writer.barrier();
    expect(await reporters(control)).toEqual(['g1', 'g2']);
    expect(await took(Promise.resolve(followers[0].follower.drain()))).toBeLessThan(PROMPT_MS);
    expect([followers[0].follower.isCurrent, await reporters(control)]).toEqual([false, ['g2']]);
    await append('a');
    expect(await took(writer.barrier())).toBeLessThan(PROMPT_MS);
    expect(followers[0].seen).toEqual([]);
  });

  it('waits for a follower that has died no longer than it may have acted', async () => {
    const { writer, append, followers, control } = await setUp();
    await writer.barrier();
    for (const connection of followers[0].connections) connection.disconnect();
    await append('a');
    const ms = await took(writer.barrier());
    expect(followers[0].follower.isCurrent).toBe(false);
    expect(followers[1].seen).toEqual(['a']);
    expect(ms).toBeLessThan(2 * FOLLOWER_EXPIRY_MS);
    expect(await took(writer.barrier())).toBeLessThan(PROMPT_MS);

    // Nor is it by a writer that has just started, and cannot judge ages yet.
    expect(await reporters(control)).toEqual(['g2']);
    await eventually(async () => expect(await control.hexists(EPOCH_KEY, 'settled')).toBe(1));
    const { writer: late } = await streams.openWriter();
    expect(await took(late.barrier())).toBeLessThan(PROMPT_MS);
  });

  it('does not remove a slow follower, and waits again for a removed one that returns', async () => {
    const { writer, append, followers, control } = await setUp();
    await writer.barrier();
    const goOn = followers[0].connections.map(hold);
    await append('a');
    await writer.barrier();
    expect(await reporters(control)).toEqual(['g2']);
    for (const each of goOn) each();
    await eventually(() => expect(followers[0].follower.isCurrent).toBe(true));
    expect([followers[0].seen.includes('a'), await reporters(control)]).toEqual([true, ['g1', 'g2']]);
    let isHanging = true;
    followers[0].onEntries = () => {
      if (isHanging) throw new Error('hangs');
    };
    await append('b');
    const barrier = writer.barrier();
    await eventually(() => expect(followers[1].seen).toContain('b'));
    expect(await reporters(control)).toEqual(['g1', 'g2']);
    isHanging = false;
    await barrier;
    expect(followers[0].seen).toContain('b');
  });

  it('distinguishes two runs of one follower: it waits for the one that hangs although the other is fast', async () => {
    const { writer, append, followers } = await setUp();
    await writer.barrier();
    const restarted = await streams.startFollower('g1');
    followers[0].onEntries = () => {
      throw new Error('hangs');
    };
    await append('a');
    const barrier = writer.barrier();
    await eventually(() => expect(restarted.seen).toEqual(['a']));
    await barrier;
    expect([followers[0].seen, followers[0].follower.isCurrent]).toEqual([[], false]);
  });

  it('rejects after its deadline and when it is called off, at once or already', async () => {
    const { writer } = await streams.openWriter();
    const startedAt = performance.now();
    await expect(writer.barrier({ deadlineMs: 50 })).rejects.toEqual(unavailable);
    expect(performance.now() - startedAt).toBeLessThan(PROMPT_MS);

    const controller = new AbortController();
    const called = writer.barrier({ signal: controller.signal });
    controller.abort();
    await expect(called).rejects.toBeInstanceOf(CodedError);
    await expect(writer.barrier({ signal: controller.signal })).rejects.toEqual(unavailable);
  });

  it('sends commands to Redis only while a barrier waits, once for all waiters', async () => {
    const { writer, control, followers } = await setUp();
    await writer.barrier();
    for (const { follower } of followers) await follower.stop();
    const before = await scriptCalls(control);
    await Promise.all(Array.from({ length: 100 }, () => writer.barrier()));
    // The first sends a command at once, the others share one.
    expect((await scriptCalls(control)) - before).toBeLessThanOrEqual(2);
  });
});

it('trimming removes exactly the entries past their retention, and reports still work when Redis is full', async () => {
  const control = await redis.connect('commands');
  const { writer, append } = await streams.openWriter({ retentionMs: 200 });
  const { follower } = await streams.startFollower();
  await append('a', 'b');
  await eventually(async () => {
    await writer.trim();
    expect(await control.xlen(STREAM)).toBe(0);
  });
  await control.config('SET', 'maxmemory', '1');
  await expect(append('c')).rejects.toThrow('OOM');
  await writer.trim();
  const since = await control.hgetall(EPOCH_KEY);
  await eventually(async () => expect(await control.hgetall(EPOCH_KEY)).not.toEqual(since));
  expect(follower.isCurrent).toBe(true);
});

async function scriptCalls(control: Awaited<ReturnType<typeof redis.connect>>): Promise<number> {
  const stats = await control.info('commandstats');
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}
