/** Tests that announcements are grouped and do not interrupt each other. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { english } from '../texts/english.ts';
import { Announcer, MIN_INTERVAL_MS } from './announcer.ts';

let announcer: Announcer;
let timers: { run: () => void; ms: number }[];
let heard: string[];

beforeEach(() => {
  timers = [];
  heard = [];
  announcer = new Announcer({ texts: () => english, setTimer: (run, ms) => timers.push({ run, ms }) });
  announcer.announcement.subscribe((text) => {
    if (text !== '') heard.push(text);
  });
});

/** Runs the only pending timer. */
function pass(ms: number): void {
  expect(timers.map((timer) => timer.ms)).toEqual([ms]);
  timers.shift()?.run();
}

describe('Announcer', () => {
  it('announces all changes of one message in one sentence', () => {
    announcer.cameNear('a', 'Ann');
    announcer.cameNear('b', 'Ben');
    announcer.left('c', 'Cleo');
    pass(0);
    expect(heard).toEqual(['Ann and Ben are near. Cleo is no longer near.']);
  });

  it('waits after each announcement and then announces all changes since', () => {
    announcer.cameNear('a', 'Ann');
    pass(0);
    announcer.left('a', 'Ann');
    announcer.cameNear('b', 'Ben');
    expect(heard).toHaveLength(1);
    pass(MIN_INTERVAL_MS);
    expect(heard.slice(1)).toEqual(['Ben is near. Ann is no longer near.']);
  });

  it('does not announce changes that cancel out', () => {
    announcer.cameNear('a', 'Ann');
    pass(0);
    announcer.cameNear('b', 'Ben');
    announcer.left('b', 'Ben');
    pass(MIN_INTERVAL_MS);
    expect(heard).toHaveLength(1);
    expect(timers).toEqual([]);
  });

  it('counts a crowd instead of naming every friend', () => {
    for (const name of ['Ann', 'Ben', 'Cleo', 'Dan', 'Eve']) announcer.cameNear(name, name);
    pass(0);
    expect(heard).toEqual(['Ann, Ben, and 3 others are near.']);
  });

  it('changes the text of a repeated sentence, so that it is read again', () => {
    announcer.say('Done.');
    const first = announcer.statusMessage.value;
    announcer.say('Done.');
    expect(announcer.statusMessage.value).not.toBe(first);
    expect(announcer.statusMessage.value.trim()).toBe('Done.');
  });
});
