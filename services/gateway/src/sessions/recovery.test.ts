import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { createLogger } from '@nearby-friends/service-kit';
import { testSession } from '../test-support/test-session.ts';
import { Recovery } from './recovery.ts';

function setUp() {
  const log: string[] = [];
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const waiting = testSession({ user: parseUserId('waiting') }).session;
  const moved = ['ann', 'ben'].map((user) => {
    const { session } = testSession({ user: parseUserId(user) });
    session.move({ lat: 0, lng: 0 }, 1);
    return session;
  });
  let takePositions: () => void = () => undefined;
  const positionsTaken = new Promise<void>((resolve) => {
    takePositions = resolve;
  });
  const recovery = new Recovery({
    sessions: { all: () => [waiting, ...moved] },
    board: {
      clockSetBack: (ms) => void log.push(`board ${ms}`),
      positions: () => [
        { user: parseUserId('cho'), record: { at: 7, position: { lat: 1, lng: 2 } }, isKnown: () => true },
      ],
    },
    positions: {
      repeat: async (session) => {
        log.push(`repeat ${session.user}`);
        if (session.own) await positionsTaken;
      },
      repeatOf: async (user, { at }) => void log.push(`repeat ${user} of ${at}`),
    },
    channels: {
      friends: () => [parseUserId('cho'), parseUserId('dan')],
      refresh: async (friend) => {
        log.push(`refresh ${friend}`);
      },
    },
    opener: {
      reopen: async (session) => {
        log.push(`reopen ${session.user}`);
      },
    },
    logger: createLogger({ service: 'gateway', replicaName: 'g1', level: 'info', destination }),
  });
  return { log, lines, moved, recovery, takePositions: () => takePositions() };
}

it('[S4] reads friends again only after the positions of all sessions are recorded again', async () => {
  const { log, recovery, takePositions } = setUp();
  const recovered = recovery.run();
  await nextTurn();
  expect(log).toEqual(['repeat waiting', 'repeat ann', 'repeat ben']);
  takePositions();
  await recovered;
  expect(log.slice(3).sort()).toEqual(['refresh cho', 'refresh dan', 'reopen ann', 'reopen ben']);
});

it('[S4] does not open a session that has reported no position yet', async () => {
  const { log, recovery, takePositions } = setUp();
  takePositions();
  await recovery.run();
  expect(log).not.toContain('reopen waiting');
});

it('[L3] [S4] moves every time with a clock that was set back, before positions are recorded again and entries read', async () => {
  const { log, moved, recovery, takePositions } = setUp();
  takePositions();
  recovery.clockSetBack(120_000);
  expect(moved.map(({ own }) => own?.at)).toEqual([1 - 120_000, 1 - 120_000]);
  expect(log[0]).toBe('board 120000');
  await nextTurn();
  expect(log.filter((line) => line.startsWith('refresh'))).toEqual(['refresh cho', 'refresh dan']);
});

it('[S4] records every known position again when Redis may have lost its memory and no connection, and reads nothing', async () => {
  const { log, lines, recovery, takePositions } = setUp();
  recovery.recordAgain();
  // Once more after those under way, however often it is requested meanwhile.
  for (let i = 0; i < 5; i++) recovery.recordAgain();
  const all = ['repeat waiting', 'repeat ann', 'repeat ben', 'repeat cho of 7'];
  expect(log).toEqual(all);
  takePositions();
  for (let i = 0; i < 5; i++) await nextTurn();
  expect(log).toEqual([...all, ...all]);
  // How many: a logged count must not have a name that is redacted.
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ count: all.length }, { count: all.length }]);
});
