/** The schedule: due times by speed, and stops that shift everything after them. */
import { describe, expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import type { Movement } from '../dataset/movements.ts';
import { Schedule } from './schedule.ts';

const a = parseUserId('a');

function movement(atMs: number): Movement {
  return { user: a, atMs, lat: atMs, lng: 0 };
}

function schedule(): { schedule: Schedule; turnTo: (ms: number) => void } {
  let wall = 500;
  return {
    schedule: new Schedule({
      movements: [1_000, 1_100, 1_100, 1_900].map(movement),
      window: { fromMs: 1_000, toMs: 2_000 },
      speed: 10,
      now: () => wall,
    }),
    turnTo: (ms) => {
      wall = 500 + ms;
    },
  };
}

function dueTimes(playing: Schedule): number[] {
  return playing.takeDue().map(({ atMs }) => atMs);
}

describe('Schedule', () => {
  it('hands out each movement once, when its time has come', () => {
    const { schedule: playing, turnTo } = schedule();
    playing.start();
    expect(dueTimes(playing)).toEqual([1_000]);
    turnTo(9.9);
    expect(dueTimes(playing)).toEqual([]);
    turnTo(10);
    expect(dueTimes(playing)).toEqual([1_100, 1_100]);
    expect(playing.latestOf(a)?.atMs).toBe(1_100);
    turnTo(100);
    expect(dueTimes(playing)).toEqual([1_900]);
    expect(playing.fraction).toBe(1);
  });

  it('stands still while stopped and goes on where it stood', () => {
    const { schedule: playing, turnTo } = schedule();
    playing.start();
    turnTo(50);
    playing.stop();
    turnTo(5_050);
    expect(playing.fraction).toBe(0.5);
    expect(dueTimes(playing)).toEqual([1_000, 1_100, 1_100]);
    playing.start();
    turnTo(5_060);
    expect(playing.fraction).toBeCloseTo(0.6);
    expect(playing.datasetMs).toBeCloseTo(1_600);
  });

  it('has not begun before it is started', () => {
    const { schedule: playing, turnTo } = schedule();
    turnTo(10_000);
    expect(playing.fraction).toBe(0);
    expect(playing.latestOf(a)).toBeUndefined();
  });

  it('knows its length in wall time', () => {
    expect(schedule().schedule.durationMs).toBe(100);
  });
});
