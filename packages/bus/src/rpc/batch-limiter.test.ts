import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import { BatchLimiter } from './batch-limiter.ts';

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

function setUp(maxConcurrent: number) {
  const clock = new ManualClock();
  const limiter = new BatchLimiter({ clock, gatherMs: 5, maxConcurrent });
  const departed: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const ask = (name: string) =>
    limiter.schedule(() => {
      departed.push(name);
      limiter
        .run(
          () =>
            new Promise<void>((resolve, reject) => {
              ends.set(name, (error) => (error ? reject(error) : resolve()));
            }),
        )
        .catch(() => undefined);
    });
  return { clock, departed, ends, ask };
}

describe('a limiter', () => {
  it('lets a batch go after the gathering time, not before', () => {
    const { clock, departed, ask } = setUp(1);
    ask('a');
    clock.advance(4);
    expect(departed).toEqual([]);
    clock.advance(1);
    expect(departed).toEqual(['a']);
  });

  it('holds the next ones back while as many as allowed are under way, and keeps their order', async () => {
    const { clock, departed, ends, ask } = setUp(2);
    for (const name of ['a', 'b', 'c', 'd']) ask(name);
    clock.advance(5);
    expect(departed).toEqual(['a', 'b']);
    ends.get('b')?.();
    await settled();
    expect(departed).toEqual(['a', 'b', 'c']);
    ends.get('a')?.(new Error('a failure makes room as well'));
    await settled();
    expect(departed).toEqual(['a', 'b', 'c', 'd']);
  });

  it('goes on when what departs finds nothing to ask', () => {
    const { clock, departed, ask } = setUp(1);
    const limiter = new BatchLimiter({ clock, gatherMs: 5, maxConcurrent: 1 });
    limiter.schedule(() => departed.push('nothing'));
    limiter.schedule(() => departed.push('nothing either'));
    clock.advance(5);
    expect(departed).toEqual(['nothing', 'nothing either']);
    ask('a');
    clock.advance(5);
    expect(departed.at(-1)).toBe('a');
  });

  it('lets each depart in the asynchronous context of whoever asked, not of whoever made room', async () => {
    const { clock, ends } = setUp(1);
    const context = new AsyncLocalStorage<string>();
    const limiter = new BatchLimiter({ clock, gatherMs: 5, maxConcurrent: 1 });
    const departedIn: (string | undefined)[] = [];
    for (const name of ['first', 'second']) {
      context.run(name, () =>
        limiter.schedule(() => {
          departedIn.push(context.getStore());
          limiter.run(() => new Promise<void>((resolve) => ends.set(name, () => resolve()))).catch(() => undefined);
        }),
      );
    }
    clock.advance(5);
    ends.get('first')?.();
    await settled();
    expect(departedIn).toEqual(['first', 'second']);
  });
});
