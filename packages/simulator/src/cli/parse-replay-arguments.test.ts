/** The command line of the replay: defaults, presets, and an error with a remedy for what cannot be. */
import { describe, expect, it } from '@jest/globals';
import { helpOf } from './help-of.testing.ts';
import { parseReplayArguments, type ReplayPlan, replayCommand } from './parse-replay-arguments.ts';
import { PRESETS } from './presets.ts';

const DATA = { NEARBY_DATA: '../shared/data/sf', INIT_CWD: '/home/me/project' };

function plan(...args: string[]): ReplayPlan {
  return parseReplayArguments(args, DATA);
}

describe('parseReplayArguments', () => {
  it('plays the check-ins of the data folder by default', () => {
    expect(plan()).toEqual({
      friendshipsFile: '/home/me/shared/data/sf/friendships.csv',
      movementsFile: '/home/me/shared/data/sf/checkins.csv',
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

  it('takes the cabs by their preset, and single options override it', () => {
    expect(plan('--preset', 'cabs', '--speed', '30', '--radius', '2000', '--hours', '0.5')).toMatchObject({
      movementsFile: '/home/me/shared/data/sf/cab_traces.csv',
      assign: true,
      speed: 30,
      deploymentTtlMs: 20_000,
      radiusMeters: 2_000,
      setsRadius: true,
      hours: 0.5,
      toMs: undefined,
    });
  });

  it('takes other files with the real TTL, and needs no data folder then', () => {
    const parsed = parseReplayArguments(['--friendships', 'f.csv', '--movements', '/m.csv'], { INIT_CWD: '/here' });
    expect(parsed).toMatchObject({
      friendshipsFile: '/here/f.csv',
      movementsFile: '/m.csv',
      assign: false,
      speed: 10,
      deploymentTtlMs: 60_000,
      fromMs: undefined,
    });
  });

  it('takes the TTL of another deployment from its option', () => {
    const parsed = plan('--url', 'http://localhost:8080', '--deployment-ttl', '600');
    expect(parsed).toMatchObject({ url: 'http://localhost:8080', deploymentTtlMs: 600_000 });
    // Its profiles may hold what an earlier replay has set.
    expect(parsed.setsRadius).toBe(true);
  });

  it.each([
    [['--preset', 'ships'], /'--preset <name>' argument 'ships' is invalid\. Allowed choices are checkins, cabs\./],
    [['--preset', 'toString'], /argument 'toString' is invalid/],
    [['--speed', 'fast'], /'--speed <n>' argument 'fast' is invalid\. It must be a number between 0\.001 and/],
    [['--speed', ''], /'--speed <n>' argument '' is invalid/],
    [['--radius', '50'], /argument '50' is invalid\. It must be a number between 100 and 100000\./],
    [['--from', '2010-02-01'], /argument '2010-02-01' is invalid\. It must be an ISO 8601 time with its zone/],
    [['--ttl', '60'], /0\.00 s of real time, too short .* at least 2 s/],
    [['--transport', 'pigeon'], /argument 'pigeon' is invalid\. Allowed choices are websocket, polling, both\./],
    [['--url', 'localhost'], /argument 'localhost' is invalid\. It must be a public address/],
    [['--url', 'http://localhost'], /cannot know .* Pass --deployment-ttl/],
    [['--deployment-ttl', '10'], /for --url only\. Pass --ttl/],
    [['--sped', '1'], /Unknown option '--sped'\. See `npm run replay -- --help`/],
    [['checkins'], /Too many arguments\. .* See `npm run replay -- --help`/],
  ])('refuses %j', (args, message) => {
    expect(() => plan(...args)).toThrow(message);
  });

  it('names the remedy when there is no data', () => {
    expect(() => parseReplayArguments([], {})).toThrow(/Set NEARBY_DATA to the folder .* or pass --friendships FILE/);
  });

  it('gives help with every option and preset', () => {
    const help = helpOf(replayCommand({}));
    for (const { long } of replayCommand({}).options) expect(help).toContain(String(long));
    for (const name of Object.keys(PRESETS)) expect(help).toContain(`  ${name}`);
  });
});

describe('presets', () => {
  it('leave a TTL that is long beside the tolerances of some 1.5 s', () => {
    for (const { ttlSeconds, speed } of Object.values(PRESETS)) expect(ttlSeconds / speed).toBeGreaterThanOrEqual(10);
  });
});
