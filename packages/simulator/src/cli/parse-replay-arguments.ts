/** Parses the arguments of `npm run replay`. */
import path from 'node:path';
import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { RemedyError } from '@nearby-friends/local-stack';
import { DEFAULT_RADIUS_METERS, MAX_RADIUS_METERS, MIN_RADIUS_METERS } from '@nearby-friends/protocol';
import { parseIsoTime } from '../dataset/movements.ts';
import { createCommand, fileFrom, integerBetween, numberBetween, publicUrl } from './command-line.ts';
import { transportOption } from './parse-simulate-arguments.ts';
import { CUSTOM_MOVEMENTS, isPresetName, PRESET_NAMES, PRESETS, type Preset } from './presets.ts';

/** With a shorter TTL the tolerances, some 1.5 s, would leave little to judge. */
const MIN_DEPLOYMENT_TTL_SECONDS = 2;

export type ReplayPlan = ReturnType<typeof parseReplayArguments>;

export function replayCommand(env: NodeJS.ProcessEnv) {
  const presets = Object.entries(PRESETS).map(([name, { description }]) => `  ${name.padEnd(10)}${description}`);
  return createCommand(
    'npm run replay --',
    'Replays movements through real clients and compares what each client shows with what the dataset says.\n\n' +
      'Without --url it starts its own stack on this machine, imports the friendships, and stops it again. Without ' +
      '--movements and --preset, the preset is checkins. Exits with 1 when a list differs from the dataset’s.',
  )
    .addOption(new Option('--preset <name>', 'settings that fit a dataset').choices(PRESET_NAMES))
    .option('--friendships <file>', 'CSV user,friend (default: $NEARBY_DATA/friendships.csv)', fileFrom(env))
    .option(
      '--movements <file>',
      'CSV user,timestamp,lat,lon, sorted (default: the preset’s in $NEARBY_DATA)',
      fileFrom(env),
    )
    .option('--assign', 'give the movements to the best-connected users of the friendships (synthetic)', false)
    .option('--speed <n>', 'dataset seconds per second', numberBetween(0.001, 1e9))
    .option('--ttl <seconds>', 'TTL of a position, in dataset time', numberBetween(1, 1e12))
    .option(
      '--from <time>',
      'start of the window, ISO 8601 with zone (default: the preset’s, or the first movement)',
      isoTime,
    )
    .option('--to <time>', 'end of the window', isoTime)
    .option('--hours <n>', 'length of the window in hours of dataset time, instead of --to', numberBetween(0.001, 1e9))
    .option(
      '--radius <meters>',
      `radius of all users, which stays in their profiles (default: ${DEFAULT_RADIUS_METERS})`,
      numberBetween(MIN_RADIUS_METERS, MAX_RADIUS_METERS),
    )
    .addOption(transportOption())
    .option('--checkpoints <n>', 'comparisons before the end', integerBetween(0, 1_000), 4)
    .option('--gateways <n>', 'gateways of the stack that is started', integerBetween(1, 64), 2)
    .option('--url <url>', 'a deployment that holds the friendships and issues dev tokens', publicUrl)
    .option(
      '--deployment-ttl <seconds>',
      'with --url: POSITION_TTL_SECONDS of that deployment',
      numberBetween(MIN_DEPLOYMENT_TTL_SECONDS, 86_400),
    )
    .addHelpText('after', `\nPresets\n${presets.join('\n')}`);
}

/** Throws {@link RemedyError}. */
export function parseReplayArguments(args: readonly string[], env: NodeJS.ProcessEnv) {
  const options = replayCommand(env).parse(args, { from: 'user' }).opts();
  const { url, hours, radius } = options;
  const preset = choosePreset(options.preset, options.movements);
  const speed = options.speed ?? preset.speed;
  const dataFile = (option: 'friendships' | 'movements', name = ''): string =>
    options[option] ?? fileFrom(env)(path.join(readDataFolder(env, option), name));
  const ttlSeconds = (options.ttl ?? preset.ttlSeconds) / speed;
  return {
    friendshipsFile: dataFile('friendships', 'friendships.csv'),
    movementsFile: dataFile('movements', preset.movementsFile),
    assign: options.assign || preset.assign,
    /** Dataset seconds per wall second. */
    speed,
    /** Wall time. */
    deploymentTtlMs: 1_000 * chooseDeploymentTtl(url, options.deploymentTtl, ttlSeconds),
    /** Dataset time, ms since the epoch; undefined: as far as the movements reach. */
    fromMs: options.from ?? parseIsoTime(preset.from ?? ''),
    toMs: hours === undefined ? (options.to ?? parseIsoTime(preset.to ?? '')) : undefined,
    hours,
    radiusMeters: radius ?? DEFAULT_RADIUS_METERS,
    /** Profiles of another deployment may hold any radius; those of a new stack hold the default. */
    setsRadius: radius !== undefined || url !== undefined,
    transport: options.transport,
    checkpoints: options.checkpoints,
    /** Undefined: a stack is started, with that many gateways. */
    url,
    gateways: options.gateways,
  };
}

function choosePreset(
  name: string | undefined,
  movementsFile: string | undefined,
): Pick<Preset, 'assign' | 'speed' | 'ttlSeconds'> & Partial<Preset> {
  if (name !== undefined && isPresetName(name)) return PRESETS[name];
  return movementsFile === undefined ? PRESETS.checkins : CUSTOM_MOVEMENTS;
}

function readDataFolder(env: NodeJS.ProcessEnv, option: string): string {
  const folder = env['NEARBY_DATA'];
  if (folder !== undefined && folder !== '') return folder;
  throw new RemedyError(
    `There is no data to replay: neither --${option} nor NEARBY_DATA is given.`,
    'Set NEARBY_DATA to the folder that holds friendships.csv and checkins.csv, for example ../shared/data/sf, or pass --friendships FILE and --movements FILE.',
  );
}

/** Seconds of wall time. */
function chooseDeploymentTtl(url: string | undefined, given: number | undefined, scaled: number): number {
  if (url !== undefined) {
    if (given !== undefined) return given;
    const remedy = 'Pass --deployment-ttl SECONDS, its POSITION_TTL_SECONDS.';
    throw new RemedyError('With --url the replay cannot know how long that deployment keeps positions.', remedy);
  }
  if (given !== undefined) {
    throw new RemedyError('--deployment-ttl is for --url only.', 'Pass --ttl, in dataset time, for its own stack.');
  }
  if (scaled >= MIN_DEPLOYMENT_TTL_SECONDS) return scaled;
  throw new RemedyError(
    `--ttl divided by --speed is ${scaled.toFixed(2)} s of real time, too short to judge lists.`,
    `Make it at least ${MIN_DEPLOYMENT_TTL_SECONDS} s: a longer --ttl or a lower --speed.`,
  );
}

function isoTime(text: string): number {
  const time = parseIsoTime(text);
  if (time !== undefined) return time;
  throw new InvalidArgumentError('It must be an ISO 8601 time with its zone such as 2010-02-01T12:00:00Z.');
}
