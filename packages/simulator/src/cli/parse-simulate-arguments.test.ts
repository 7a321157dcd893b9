/** The command lines of the city: defaults, values with units, and an error with a remedy for what cannot be. */
import { describe, expect, it } from '@jest/globals';
import { helpOf } from './help-of.testing.ts';
import { parseResidentsArguments, residentsCommand } from './parse-residents-arguments.ts';
import { parseSimulateArguments, simulateCommand } from './parse-simulate-arguments.ts';

const plan = (...args: string[]) => parseSimulateArguments(args, { INIT_CWD: '/home/me' });

describe('the options of a simulation', () => {
  it('have defaults that fit the stack of npm start', () => {
    expect(plan()).toEqual({
      url: 'http://localhost:8080',
      people: 100,
      durationMs: 60_000,
      intervalMs: 5_000,
      arrivalsPerSecond: 50,
      pace: 1,
      startMinute: 480,
      radiusMeters: undefined,
      transport: 'websocket',
      alwaysOn: false,
      seed: 1,
      prefix: 'sim',
      tokens: { from: 'deployment' },
      writeFriendshipsTo: undefined,
      json: false,
    });
  });

  it('take times with units, files relative to where the person is, and tokens from a file first', () => {
    expect(plan('--duration', '2h', '--start=17:30')).toMatchObject({ durationMs: 7_200_000, startMinute: 1_050 });
    expect(plan('--duration', '45')).toMatchObject({ durationMs: 45_000 });
    const env = { INIT_CWD: '/home/me', JWT_SECRET: 's', JWT_AUDIENCE: 'a' };
    const signing = { secret: 's', audience: 'a', issuer: 'nearby-friends' };
    expect(parseSimulateArguments([], env)).toMatchObject({ tokens: { from: 'secret', signing } });
    expect(parseSimulateArguments(['--tokens=t.csv'], env)).toMatchObject({
      people: undefined,
      tokens: { from: 'file', file: '/home/me/t.csv' },
    });
  });

  it('are all in the help', () => {
    const help = helpOf(simulateCommand({}));
    for (const { long } of simulateCommand({}).options) expect(help).toContain(String(long));
    expect(help).toContain('Exits with 0 when no request was refused');
    expect(helpOf(residentsCommand())).toContain('--people <n>');
  });

  it.each([
    [['--people', '0'], "Option '--people <n>' argument '0' is invalid. It must be a number between 1 and 50000."],
    [['--duration', 'forever'], 'It must be a time of at most a week such as 90s, 10m or 2h.'],
    [['--duration', '0s'], "Option '--duration <time>' argument '0s' is invalid."],
    [['--start', '25:00'], "argument '25:00' is invalid. It must be a time of day such as 08:00."],
    [['--url', 'localhost:8080'], 'It must be a public address such as http://localhost:8080.'],
    [['--prefix', 'a b'], "argument 'a b' is invalid. It must be 1–40 characters of A-Za-z0-9_-."],
    [['--transport', 'pigeon'], "argument 'pigeon' is invalid. Allowed choices are websocket, polling, both."],
    [['--peple', '3'], "Unknown option '--peple'. See `npm run simulate -- --help`."],
  ])('are refused with the rule: %j', (args, message) => {
    expect(() => parseSimulateArguments(args, {})).toThrow(message);
  });

  it('of the residents have the same rules', () => {
    expect(() => parseResidentsArguments(['--people=none'])).toThrow(
      "Option '--people <n>' argument 'none' is invalid. It must be a number between 1 and 5000.",
    );
    expect(parseResidentsArguments(['--interval', '5'])).toEqual({
      url: 'http://localhost:8080',
      people: 40,
      intervalMs: 5_000,
      pace: 8,
      seed: 1,
    });
  });
});
