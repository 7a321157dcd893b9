/** The lines that `npm start` prints. */
import { describe, expect, it } from '@jest/globals';
import { formatLogLine } from './format-log-line.ts';

const NOW = new Date(2026, 10, 22, 12, 0, 1, 123);
const plain = (name: string, line: string): string => formatLogLine(name, line, NOW, { colour: false });

describe('formatLogLine', () => {
  it('shows a JSON line as time, name, level, message and the rest', () => {
    const time = new Date(2026, 10, 22, 9, 5, 7, 8).toISOString();
    const line = JSON.stringify({
      level: 'info',
      time,
      service: 'gateway',
      instance: 'g',
      msg: 'listening',
      port: 3000,
    });
    expect(plain('gateway-1', line)).toBe('09:05:07.008 gateway-1      info  listening port=3000');
  });

  it('knows the levels by number and times in milliseconds, the defaults of pino', () => {
    const line = JSON.stringify({ level: 50, time: NOW.getTime(), pid: 1, hostname: 'h', msg: 'no' });
    expect(plain('location-1', line)).toBe('12:00:01.123 location-1     error no');
  });

  it('quotes what has spaces, and shows structures as JSON', () => {
    const line = JSON.stringify({
      level: 'warn',
      msg: 'm',
      reason: 'two words',
      empty: '',
      peers: ['a', 'b'],
      none: null,
    });
    expect(plain('x', line)).toContain('m reason="two words" empty="" peers=["a","b"] none=null');
  });

  it('shows an error by its message and its stack below', () => {
    const error = { type: 'Error', message: 'it broke', stack: 'Error: it broke\n    at here (file.ts:1:2)' };
    expect(plain('x', JSON.stringify({ level: 'error', msg: 'm', error })).split('\n')).toEqual([
      '12:00:01.123 x              error m error="it broke"',
      '    at here (file.ts:1:2)',
    ]);
  });

  it.each(['plain text', '{"cut off', '{', '', '[1]', 'null'])('passes %j through', (line) => {
    expect(plain('friend-graph-1', line)).toBe(`12:00:01.123 friend-graph-1 ${line}`);
  });

  it('uses colour only where it is enabled', () => {
    const line = JSON.stringify({ level: 'error', msg: 'no' });
    expect(plain('x', line)).not.toContain('\u001b');
    expect(formatLogLine('x', line, NOW, { colour: true })).toContain('\u001b[31merror\u001b[0m');
  });
});
