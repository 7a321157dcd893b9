/** A screen reader is told who comes and goes, in sentences that do not run over each other. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { english } from '../texts/english.ts';
import { Announcer, QUIET_MS } from './announcer.ts';

let announcer: Announcer;
let timers: { run: () => void; ms: number }[];
let heard: string[];

beforeEach(() => {
  timers = [];
  heard = [];
  announcer = new Announcer({ texts: () => english, setTimer: (run, ms) => timers.push({ run, ms }) });
  announcer.text.subscribe((text) => {
    if (text !== '') heard.push(text);
  });
});

/** Lets the time of the one timer pass. */
function pass(ms: number): void {
  expect(timers.map((timer) => timer.ms)).toEqual([ms]);
  timers.shift()?.run();
}

describe('Announcer', () => {
  it('tells what comes with one message in one sentence', () => {
    announcer.cameNear('a', 'Ann');
    announcer.cameNear('b', 'Ben');
    announcer.left('c', 'Cleo');
    pass(0);
    expect(heard).toEqual(['Ann and Ben are near. Cleo is no longer near.']);
  });

  it('is quiet for a while after each, and then tells all that happened meanwhile', () => {
    announcer.cameNear('a', 'Ann');
    pass(0);
    announcer.left('a', 'Ann');
    announcer.cameNear('b', 'Ben');
    expect(heard).toHaveLength(1);
    pass(QUIET_MS);
    expect(heard.slice(1)).toEqual(['Ben is near. Ann is no longer near.']);
  });

  it('does not mention who came and went unheard', () => {
    announcer.cameNear('a', 'Ann');
    pass(0);
    announcer.cameNear('b', 'Ben');
    announcer.left('b', 'Ben');
    pass(QUIET_MS);
    expect(heard).toHaveLength(1);
    expect(timers).toEqual([]);
  });

  it('counts a crowd instead of naming everybody', () => {
    for (const name of ['Ann', 'Ben', 'Cleo', 'Dan', 'Eve']) announcer.cameNear(name, name);
    pass(0);
    expect(heard).toEqual(['Ann, Ben, and 3 others are near.']);
  });

  it('says the same sentence twice so that it is read twice', () => {
    announcer.say('Done.');
    const first = announcer.said.value;
    announcer.say('Done.');
    expect(announcer.said.value).not.toBe(first);
    expect(announcer.said.value.trim()).toBe('Done.');
  });
});
