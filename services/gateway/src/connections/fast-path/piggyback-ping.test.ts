import { expect, it, jest } from '@jest/globals';
import { isPingDue, recordPing } from './piggyback-ping.ts';

/** What this relies on of Engine.IO's connection, between two pings. */
function connection() {
  return {
    protocol: 4,
    pingTimeoutTimer: null as object | null,
    pingIntervalTimer: { refresh: jest.fn() },
    hasRefreshedPingTimeout: true,
    resetPingTimeout: jest.fn(),
    on: () => undefined,
  };
}

it('a ping is noted as Engine.IO notes its own', () => {
  const resting = connection();
  expect(isPingDue(resting)).toBe(true);
  recordPing(resting);
  expect(resting.pingIntervalTimer.refresh).toHaveBeenCalledTimes(1);
  expect(resting.resetPingTimeout).toHaveBeenCalledTimes(1);
  expect(resting.hasRefreshedPingTimeout).toBe(false);
});

it('none is sent while one is under way', () => {
  const waiting = { ...connection(), pingTimeoutTimer: {} };
  expect(isPingDue(waiting)).toBe(false);
});

it.each([
  ['protocol', 3],
  ['pingTimeoutTimer', undefined],
  ['pingIntervalTimer', null],
  ['pingIntervalTimer', {}],
  ['hasRefreshedPingTimeout', undefined],
  ['resetPingTimeout', undefined],
])('none is sent, nor is anything touched, where %s is %p', (name, value) => {
  const other = { ...connection(), [name]: value };
  const before = { ...other };
  expect(isPingDue(other)).toBe(false);
  if (name === 'pingTimeoutTimer') return;
  recordPing(other);
  expect(other).toEqual(before);
});
