/** Turns the arguments of `npm run replay` into a plan, or says what is wrong with them. */
import { join, resolve } from 'node:path';
import { RemedyError } from '@nearby-friends/local-stack';
import { DEFAULT_RADIUS_METERS, MAX_RADIUS_METERS, MIN_RADIUS_METERS } from '@nearby-friends/protocol';
import type { TransportChoice } from '../client/simulated-client.ts';
import { parseIsoTime } from '../dataset/movements.ts';
import { OPTION_TABLE } from './option-table.ts';
import { isPresetName, PLAIN, PRESETS } from './presets.ts';
import { readArguments, readNumber, readTransport, readUrl } from './read-option.ts';

export interface ReplayPlan {
  readonly friendshipsFile: string;
  readonly movementsFile: string;
  readonly assign: boolean;
  /** Dataset seconds per wall second. */
  readonly speed: number;
  /** How long a position counts, ms of wall time. */
  readonly deploymentTtlMs: number;
  /** Dataset time, ms since the epoch; undefined: as far as the movements reach. */
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  readonly hours: number | undefined;
  readonly radiusMeters: number;
  /** Profiles of another deployment may hold any radius; those of a new stack hold the default. */
  readonly setsRadius: boolean;
  readonly transport: TransportChoice;
  readonly checkpoints: number;
  /** Undefined: a stack of its own is started, with so many gateways. */
  readonly url: string | undefined;
  readonly gateways: number;
}

const DEFAULT_CHECKPOINTS = 4;
const DEFAULT_GATEWAYS = 2;
/** With a shorter TTL the tolerances, some 1.5 s, would leave little to be judged. */
const MIN_DEPLOYMENT_TTL_SECONDS = 2;

type OptionName = keyof typeof OPTION_TABLE;

/** Throws {@link RemedyError}. */
export function parseOptions(args: readonly string[], env: NodeJS.ProcessEnv): ReplayPlan | 'help' {
  const given = readArguments(args, OPTION_TABLE, 'npm run replay --');
  if (given['help'] === true) return 'help';
  const text = (name: OptionName): string | undefined => {
    const value = given[name];
    return typeof value === 'string' ? value : undefined;
  };
  const number = (name: OptionName, fallback: number, least: number, most = Number.MAX_VALUE): number =>
    readNumber(name, text(name), fallback, least, most);

  const preset = choosePreset(text('preset'), text('movements'));
  const speed = number('speed', preset.speed, 0.001);
  const givenUrl = text('url');
  const url = givenUrl === undefined ? undefined : readUrl(givenUrl);
  // npm and pnpm run scripts in the project's folder and say where the person was.
  const dataFile = (option: 'friendships' | 'movements', file: string | undefined): string =>
    resolve(env['INIT_CWD'] ?? process.cwd(), text(option) ?? join(readDataFolder(env, option), file ?? ''));
  return {
    friendshipsFile: dataFile('friendships', 'friendships.csv'),
    movementsFile: dataFile('movements', preset.movementsFile),
    assign: given['assign'] === true || preset.assign,
    speed,
    deploymentTtlMs:
      1_000 * readDeploymentTtl(url, text('deployment-ttl'), number('ttl', preset.ttlSeconds, 1) / speed),
    fromMs: readTime('from', text('from') ?? preset.from),
    toMs: text('hours') === undefined ? readTime('to', text('to') ?? preset.to) : undefined,
    hours: text('hours') === undefined ? undefined : number('hours', 0, 0.001),
    radiusMeters: number('radius', DEFAULT_RADIUS_METERS, MIN_RADIUS_METERS, MAX_RADIUS_METERS),
    setsRadius: text('radius') !== undefined || url !== undefined,
    transport: readTransport(text('transport') ?? 'websocket'),
    checkpoints: Math.trunc(number('checkpoints', DEFAULT_CHECKPOINTS, 0, 1_000)),
    url,
    gateways: Math.trunc(number('gateways', DEFAULT_GATEWAYS, 1, 64)),
  };
}

interface ChosenPreset {
  readonly movementsFile?: string;
  readonly assign: boolean;
  readonly speed: number;
  readonly ttlSeconds: number;
  readonly from?: string;
  readonly to?: string;
}

function choosePreset(name: string | undefined, movementsFile: string | undefined): ChosenPreset {
  if (name === undefined) return movementsFile === undefined ? PRESETS.checkins : PLAIN;
  if (isPresetName(name)) return PRESETS[name];
  throw new RemedyError(`There is no preset “${name}”.`, `Choose one of ${Object.keys(PRESETS).join(', ')}.`);
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
function readDeploymentTtl(url: string | undefined, text: string | undefined, scaled: number): number {
  if (url !== undefined) {
    if (text !== undefined) return readNumber('deployment-ttl', text, 0, MIN_DEPLOYMENT_TTL_SECONDS, 86_400);
    const remedy = 'Pass --deployment-ttl SECONDS, its POSITION_TTL_SECONDS.';
    throw new RemedyError('With --url the replay cannot know how long that deployment keeps positions.', remedy);
  }
  if (text !== undefined) {
    throw new RemedyError(
      '--deployment-ttl is for --url only.',
      'Pass --ttl, in dataset time, for a stack of its own.',
    );
  }
  if (scaled >= MIN_DEPLOYMENT_TTL_SECONDS) return scaled;
  throw new RemedyError(
    `--ttl divided by --speed is ${scaled.toFixed(2)} s of real time, too short to judge anything by.`,
    `Make it at least ${MIN_DEPLOYMENT_TTL_SECONDS} s: a longer --ttl or a lower --speed.`,
  );
}

function readTime(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = parseIsoTime(text);
  if (time !== undefined) return time;
  throw new RemedyError(`--${name} is “${text}”.`, 'Give an ISO 8601 time with its zone, as 2010-02-01T12:00:00Z.');
}
