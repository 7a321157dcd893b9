import { describe, expect, it } from '@jest/globals';
import { silentLogger } from '../logging/logger.ts';
import { type Component, Lifecycle } from './lifecycle.ts';

function setUp(names: readonly string[], change: Record<string, Partial<Component>> = {}) {
  const steps: string[] = [];
  const components = names.map((name) => ({
    name,
    start: () => void steps.push(`start ${name}`),
    drain: () => void steps.push(`drain ${name}`),
    stop: () => void steps.push(`stop ${name}`),
    ...change[name],
  }));
  return { steps, lifecycle: new Lifecycle({ components, logger: silentLogger }) };
}

const fail = () => {
  throw new Error('no');
};

describe('lifecycle', () => {
  it('starts in order, drains all in reverse, then stops all in reverse', async () => {
    const { steps, lifecycle } = setUp(['a', 'b']);
    await lifecycle.start();
    await lifecycle.stop();
    expect(steps).toEqual(['start a', 'start b', 'drain b', 'drain a', 'stop b', 'stop a']);
  });

  it('waits for each step before the next', async () => {
    const steps: string[] = [];
    const slow = (step: string) => async () => {
      steps.push(`${step}…`);
      await new Promise((resolve) => setImmediate(resolve));
      steps.push(step);
    };
    const component = (name: string) => ({
      name,
      start: slow(`start ${name}`),
      drain: slow('drain'),
      stop: slow('stop'),
    });
    const lifecycle = new Lifecycle({ components: [component('a'), component('b')], logger: silentLogger });
    await lifecycle.start();
    await lifecycle.stop();
    expect(steps).toEqual([
      ...['start a…', 'start a', 'start b…', 'start b'],
      ...['drain…', 'drain', 'drain…', 'drain', 'stop…', 'stop', 'stop…', 'stop'],
    ]);
  });

  it.each([
    ['throws', fail],
    ['rejects', () => Promise.reject(new Error('no'))],
  ])('stops what has started when one %s at its start, and says why', async (_, start) => {
    const { steps, lifecycle } = setUp(['a', 'b', 'c'], { b: { start } });
    await expect(lifecycle.start()).rejects.toThrow('no');
    expect(steps).toEqual(['start a', 'drain b', 'drain a', 'stop b', 'stop a']);
  });

  it('continues when one fails to drain or to stop', async () => {
    const { steps, lifecycle } = setUp(['a', 'b', 'c'], {
      b: { drain: fail, stop: () => Promise.reject(new Error('no')) },
    });
    await lifecycle.start();
    await lifecycle.stop();
    expect(steps.slice(3)).toEqual(['drain c', 'drain a', 'stop c', 'stop a']);
  });

  it('stops once for any number of calls, which all wait for the same end', async () => {
    const { steps, lifecycle } = setUp(['a']);
    await lifecycle.start();
    const first = lifecycle.stop();
    expect(lifecycle.stop()).toBe(first);
    await first;
    await lifecycle.stop();
    expect(steps).toEqual(['start a', 'drain a', 'stop a']);
  });

  it('stopped during the start, starts nothing further and leaves nothing started', async () => {
    let finish: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { steps, lifecycle } = setUp(['a', 'b', 'c'], { b: { start: () => slow } });
    const started = lifecycle.start();
    await Promise.resolve();
    await lifecycle.stop();
    expect(steps).toEqual(['start a', 'drain b', 'drain a', 'stop b', 'stop a']);
    finish();
    await expect(started).rejects.toThrow('stopped while starting');
    expect(steps.slice(5)).toEqual(['stop b']);
  });

  it('that never started has nothing to stop', async () => {
    const { steps, lifecycle } = setUp(['a']);
    await lifecycle.stop();
    expect(steps).toEqual([]);
  });
});
