/** The command line: defaults, presets, and a sentence with a remedy for what cannot be. */
import { describe, expect, it } from '@jest/globals';
import { helpText, OPTION_TABLE } from './option-table.ts';
import { parseOptions, type ReplayPlan } from './parse-options.ts';
import { PRESETS } from './presets.ts';

const DATA = { NEARBY_DATA: '../shared/data/sf', INIT_CWD: '/home/somebody/project' };

function plan(...args: string[]): ReplayPlan {
  const parsed = parseOptions(args, DATA);
  if (parsed === 'help') throw new Error('help was not asked for');
  return parsed;
}

describe('parseOptions', () => {
  it('plays the check-ins of the data folder unless told otherwise', () => {
    expect(plan()).toEqual({
      friendshipsFile: '/home/somebody/shared/data/sf/friendships.csv',
      movementsFile: '/home/somebody/shared/data/sf/checkins.csv',
      assign: false,
      speed: 120_960,
      deploymentTtlMs: 10_000,
      fromMs: Date.UTC(2009, 9, 1),
      toMs: Date.UTC(2010, 9, 23),
      hours: undefined,
      radiusMeters: 8_046.72,
      setsRadius: false,
      transport: 'websocket',
      checkpoints: 4,
      url: undefined,
      gateways: 2,
    });
  });

  it('takes the cabs by their preset, and lets single options differ', () => {
    expect(plan('--preset', 'cabs', '--speed', '30', '--radius', '2000', '--hours', '0.5')).toMatchObject({
      movementsFile: '/home/somebody/shared/data/sf/cab_traces.csv',
      assign: true,
      speed: 30,
      deploymentTtlMs: 20_000,
      radiusMeters: 2_000,
      setsRadius: true,
      hours: 0.5,
      toMs: undefined,
    });
  });

  it('takes files of one’s own with the real TTL, and needs no data folder then', () => {
    const parsed = parseOptions(['--friendships', 'f.csv', '--movements', '/m.csv'], { INIT_CWD: '/here' });
    expect(parsed).toMatchObject({
      friendshipsFile: '/here/f.csv',
      movementsFile: '/m.csv',
      assign: false,
      speed: 10,
      deploymentTtlMs: 60_000,
      fromMs: undefined,
    });
  });

  it('believes what it is told about the TTL of another deployment', () => {
    const parsed = plan('--url', 'http://localhost:8080', '--deployment-ttl', '600');
    expect(parsed).toMatchObject({ url: 'http://localhost:8080', deploymentTtlMs: 600_000 });
    // Its profiles may hold what an earlier replay has set.
    expect(parsed.setsRadius).toBe(true);
  });

  it.each([
    [['--preset', 'ships'], /no preset “ships”\. Choose one of checkins, cabs/],
    [['--preset', 'toString'], /no preset “toString”/],
    [['--speed', 'fast'], /--speed is “fast”\. Give a number of at least/],
    [['--speed', ''], /--speed is “”/],
    [['--radius', '50'], /--radius is “50”\. Give a number from 100 to 100000/],
    [['--from', '2010-02-01'], /--from is “2010-02-01”\. Give an ISO 8601 time with its zone/],
    [['--ttl', '60'], /0\.00 s of real time, too short .* at least 2 s/],
    [['--transport', 'pigeon'], /no transport “pigeon”\. Choose one of websocket, polling, both/],
    [['--url', 'localhost'], /--url is “localhost”\. Give the public address/],
    [['--url', 'http://localhost'], /cannot know .* Pass --deployment-ttl/],
    [['--deployment-ttl', '10'], /for --url only\. Pass --ttl/],
    [['--sped', '1'], /Unknown option '--sped'\. See `npm run replay -- --help`/],
  ])('refuses %j', (args, message) => {
    expect(() => plan(...args)).toThrow(message);
  });

  it('says what to do when there is no data', () => {
    expect(() => parseOptions([], {})).toThrow(/Set NEARBY_DATA to the folder .* or pass --friendships FILE/);
  });

  it('gives help with every option and preset', () => {
    expect(parseOptions(['--help'], {})).toBe('help');
    for (const name of Object.keys(OPTION_TABLE)) expect(helpText()).toContain(`--${name}`);
    for (const name of Object.keys(PRESETS)) expect(helpText()).toContain(`  ${name}`);
  });
});

describe('presets', () => {
  it('leave a TTL that is long beside the tolerances of some 1.5 s', () => {
    for (const { ttlSeconds, speed } of Object.values(PRESETS)) expect(ttlSeconds / speed).toBeGreaterThanOrEqual(10);
  });
});
