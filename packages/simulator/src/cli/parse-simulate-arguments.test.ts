/** What `npm run simulate` takes, and what it says to what it cannot take. */
import { describe, expect, it } from '@jest/globals';
import { parseResidentsOptions, RESIDENTS_HELP } from './residents-options.ts';
import { parseSimulateOptions, SIMULATE_HELP, SIMULATE_OPTIONS } from './simulate-options.ts';

const plan = (...args: string[]) => parseSimulateOptions(args, { INIT_CWD: '/somewhere' });

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

  it('take times in words, files from where one is, and tokens from a file first', () => {
    expect(plan('--duration', '2h', '--start=17:30')).toMatchObject({ durationMs: 7_200_000, startMinute: 1_050 });
    expect(plan('--duration', '45')).toMatchObject({ durationMs: 45_000 });
    const env = { INIT_CWD: '/somewhere', JWT_SECRET: 's', JWT_AUDIENCE: 'a' };
    const signing = { secret: 's', audience: 'a', issuer: 'nearby-friends' };
    expect(parseSimulateOptions([], env)).toMatchObject({ tokens: { from: 'secret', signing } });
    expect(parseSimulateOptions(['--tokens=t.csv'], env)).toMatchObject({
      people: undefined,
      tokens: { from: 'file', file: '/somewhere/t.csv' },
    });
  });

  it('are all in the help', () => {
    expect(plan('--help')).toBe('help');
    for (const name of Object.keys(SIMULATE_OPTIONS)) expect(SIMULATE_HELP).toContain(`--${name}`);
    expect(parseResidentsOptions(['--help'])).toBe('help');
    expect(RESIDENTS_HELP).toContain('--people N');
  });

  it.each([
    [['--people', '0'], '--people is “0”. Give a number from 1 to 50000.'],
    [['--duration', 'forever'], '--duration is “forever”. Give a time of at most a week, as 90s, 10m or 2h.'],
    [['--duration', '0s'], '--duration is “0s”.'],
    [['--start', '25:00'], '--start is “25:00”. Give a time of the day, as 08:00.'],
    [['--url', 'localhost:8080'], '--url is “localhost:8080”. Give the public address, as http://localhost:8080.'],
    [['--prefix', 'a b'], '--prefix is “a b”. Give 1–40 characters of A-Za-z0-9_-.'],
    [['--transport', 'pigeon'], 'There is no transport “pigeon”. Choose one of websocket, polling, both.'],
    [['--peple', '3'], "Unknown option '--peple'. See `npm run simulate -- --help`."],
  ])('say what is wrong with %j', (args, message) => {
    expect(() => parseSimulateOptions(args, {})).toThrow(message);
  });

  it('say what is wrong with those of the residents', () => {
    expect(() => parseResidentsOptions(['--people=none'])).toThrow('--people is “none”. Give a number from 1 to 5000.');
  });
});
