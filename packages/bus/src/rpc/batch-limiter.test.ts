import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import { BatchLimiter } from './batch-limiter.ts';

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

function setUp(maxConcurrent: number) {
  const clock = new ManualClock();
  const limiter = new BatchLimiter({ clock, gatherMs: 5, maxConcurrent });
  const started: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const request = (name: string) =>
    limiter.schedule(() => {
      started.push(name);
      limiter
        .run(
          () =>
            new Promise<void>((resolve, reject) => {
              ends.set(name, (error) => (error ? reject(error) : resolve()));
            }),
        )
        .catch(() => undefined);
    });
  return { clock, started, ends, request };
}

describe('a limiter', () => {
  it('starts a batch after the collection time, not before', () => {
    const { clock, started, request } = setUp(1);
    request('a');
    clock.advance(4);
    expect(started).toEqual([]);
    clock.advance(1);
    expect(started).toEqual(['a']);
  });

  it('delays batches while the maximum is active, and keeps their order', async () => {
    const { clock, started, ends, request } = setUp(2);
    for (const name of ['a', 'b', 'c', 'd']) request(name);
    clock.advance(5);
    expect(started).toEqual(['a', 'b']);
    ends.get('b')?.();
    await settled();
    expect(started).toEqual(['a', 'b', 'c']);
    ends.get('a')?.(new Error('a failure frees a slot, too'));
    await settled();
    expect(started).toEqual(['a', 'b', 'c', 'd']);
  });

  it('continues when a started batch has nothing to send', () => {
    const { clock, started, request } = setUp(1);
    const limiter = new BatchLimiter({ clock, gatherMs: 5, maxConcurrent: 1 });
    limiter.schedule(() => started.push('nothing'));
    limiter.schedule(() => started.push('nothing either'));
    clock.advance(5);
    expect(started).toEqual(['nothing', 'nothing either']);
    request('a');
    clock.advance(5);
    expect(started.at(-1)).toBe('a');
  });

  it('starts each batch in the asynchronous context of its request, not of the batch that freed the slot', async () => {
    const { clock, ends } = setUp(1);
    const context = new AsyncLocalStorage<string>();
    const limiter = new BatchLimiter({ clock, gatherMs: 5, maxConcurrent: 1 });
    const startedIn: (string | undefined)[] = [];
    for (const name of ['first', 'second']) {
      context.run(name, () =>
        limiter.schedule(() => {
          startedIn.push(context.getStore());
          limiter.run(() => new Promise<void>((resolve) => ends.set(name, () => resolve()))).catch(() => undefined);
        }),
      );
    }
    clock.advance(5);
    ends.get('first')?.();
    await settled();
    expect(startedIn).toEqual(['first', 'second']);
  });
});
