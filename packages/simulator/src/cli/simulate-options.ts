/** Turns the arguments of `npm run simulate` into a plan, or says what is wrong with them. */
import { resolve } from 'node:path';
import { RemedyError } from '@nearby-friends/local-stack';
import { MAX_RADIUS_METERS, MIN_RADIUS_METERS } from '@nearby-friends/protocol';
import type { TransportChoice } from '../client/simulated-client.ts';
import { type Signing, signingOf } from '../client/tokens.ts';
import { type OptionTable, optionLines, readArguments, readNumber, readTransport, readUrl } from './read-option.ts';

const DEFAULTS = { people: 100, seconds: 60, interval: 5, arrivals: 50, start: '08:00', prefix: 'sim' } as const;
const DEFAULT_URL = 'http://localhost:8080';
const MAX_PEOPLE = 50_000;
/** Beyond it cars are faster than a gateway believes (MAX_PLAUSIBLE_SPEED), which then slows their drivers' lists. */
export const FASTEST_PACE = 12;

export const SIMULATE_OPTIONS = {
  url: { value: 'URL', text: `the deployment’s public address; default ${DEFAULT_URL}` },
  people: { value: 'N', text: `how many live in the city; default ${DEFAULTS.people}` },
  duration: { value: 'TIME', text: 'how long, once everybody has arrived, as 90s, 10m or 2h; default 60s' },
  interval: {
    value: 'SECONDS',
    text: `how often somebody under way reports; default ${DEFAULTS.interval}. At rest: 30 s`,
  },
  arrivals: { value: 'N', text: `how many sign in per second; default ${DEFAULTS.arrivals}` },
  pace: { value: 'N', text: 'how many times as fast as life the city runs; default 1' },
  start: { value: 'HH:MM', text: `the city’s time in the beginning; default ${DEFAULTS.start}` },
  radius: { value: 'METERS', text: 'everybody’s radius, which stays in their profiles; default: what stands there' },
  transport: { value: 'NAME', text: 'websocket (default), polling, or both: polling and then the upgrade' },
  'always-on': { text: 'no phone ever falls silent' },
  seed: { value: 'N', text: 'another number is another city; default 1' },
  prefix: { value: 'NAME', text: `what user ids begin with; default ${DEFAULTS.prefix}, as in ${DEFAULTS.prefix}-17` },
  tokens: { value: 'FILE', text: 'CSV user,token: these people, with these tokens' },
  'write-friendships': { value: 'FILE', text: 'write who is whose friend as the CSV of import-friendships, and end' },
  json: { text: 'report as JSON on standard output; all else goes to standard error' },
  help: { text: 'this' },
} as const satisfies OptionTable;

type OptionName = keyof typeof SIMULATE_OPTIONS;

export type TokenPlan =
  | { readonly from: 'deployment' }
  | { readonly from: 'file'; readonly file: string }
  | { readonly from: 'secret'; readonly signing: Signing };

export interface SimulationPlan {
  readonly url: string;
  /** Undefined: everybody in the file of tokens. */
  readonly people: number | undefined;
  readonly durationMs: number;
  readonly intervalMs: number;
  readonly arrivalsPerSecond: number;
  readonly pace: number;
  /** Of the day. */
  readonly startMinute: number;
  readonly radiusMeters: number | undefined;
  readonly transport: TransportChoice;
  readonly alwaysOn: boolean;
  readonly seed: number;
  readonly prefix: string;
  readonly tokens: TokenPlan;
  readonly writeFriendshipsTo: string | undefined;
  readonly json: boolean;
}

export const SIMULATE_HELP = `Lets a city of people live on a deployment, as real clients, and reports what they experienced.

  npm run simulate -- [options]

They walk, cycle, drive and take the bus along the streets of Chicago, go to work, lunch and out, know each other as people
do, and their phones err and fall silent now and then. Ctrl-C ends early, with the report.

Options
${optionLines(SIMULATE_OPTIONS)}

Tokens come from the deployment where it has DEV_TOKENS=true, else from --tokens, or are signed with JWT_SECRET (and
JWT_AUDIENCE, JWT_ISSUER) of the environment. Friendships that are missing are made through the API; for thousands of people
it is quicker to import the file of --write-friendships first.

Exits with 0 when nobody was refused anything and everybody was connected at the end, with 1 when not, and with 2 when the
simulation could not be made.
`;

/** Throws {@link RemedyError}. */
export function parseSimulateOptions(args: readonly string[], env: NodeJS.ProcessEnv): SimulationPlan | 'help' {
  const given = readArguments(args, SIMULATE_OPTIONS, 'npm run simulate --');
  if (given['help'] === true) return 'help';
  const text = (name: OptionName): string | undefined => {
    const value = given[name];
    return typeof value === 'string' ? value : undefined;
  };
  const number = (name: OptionName, fallback: number, least: number, most: number): number =>
    readNumber(name, text(name), fallback, least, most);
  // npm and pnpm run scripts in the project's folder and say where the person was.
  const file = (name: 'tokens' | 'write-friendships'): string | undefined => {
    const value = text(name);
    return value === undefined ? undefined : resolve(env['INIT_CWD'] ?? process.cwd(), value);
  };
  const tokensFile = file('tokens');
  const people =
    text('people') === undefined && tokensFile !== undefined
      ? undefined
      : number('people', DEFAULTS.people, 1, MAX_PEOPLE);
  return {
    url: readUrl(text('url') ?? DEFAULT_URL),
    people: people === undefined ? undefined : Math.trunc(people),
    durationMs: readDuration(text('duration') ?? `${DEFAULTS.seconds}s`),
    intervalMs: 1_000 * number('interval', DEFAULTS.interval, 0.2, 30),
    arrivalsPerSecond: number('arrivals', DEFAULTS.arrivals, 0.1, 10_000),
    pace: number('pace', 1, 0.1, FASTEST_PACE),
    startMinute: readTimeOfDay(text('start') ?? DEFAULTS.start),
    radiusMeters: text('radius') === undefined ? undefined : number('radius', 0, MIN_RADIUS_METERS, MAX_RADIUS_METERS),
    transport: readTransport(text('transport') ?? 'websocket'),
    alwaysOn: given['always-on'] === true,
    seed: Math.trunc(number('seed', 1, 0, 2 ** 31)),
    prefix: readPrefix(text('prefix') ?? DEFAULTS.prefix),
    tokens: planTokens(tokensFile, env),
    writeFriendshipsTo: file('write-friendships'),
    json: given['json'] === true,
  };
}

/** A file that is named counts more than the environment. */
function planTokens(file: string | undefined, env: NodeJS.ProcessEnv): TokenPlan {
  if (file !== undefined) return { from: 'file', file };
  const signing = signingOf(env);
  return signing === undefined ? { from: 'deployment' } : { from: 'secret', signing };
}

const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;
const MAX_MS = 7 * 24 * UNITS_MS.h;

function readDuration(text: string): number {
  const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)([smh])?$/.exec(text) ?? [];
  const ms = Number(amount) * UNITS_MS[unit as keyof typeof UNITS_MS];
  if (ms > 0 && ms <= MAX_MS) return ms;
  throw new RemedyError(`--duration is “${text}”.`, 'Give a time of at most a week, as 90s, 10m or 2h.');
}

function readTimeOfDay(text: string): number {
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? [];
  if (Number(hour) < 24 && Number(minute) < 60) return Number(hour) * 60 + Number(minute);
  throw new RemedyError(`--start is “${text}”.`, 'Give a time of the day, as 08:00.');
}

function readPrefix(text: string): string {
  if (/^[A-Za-z0-9_-]{1,40}$/.test(text)) return text;
  throw new RemedyError(`--prefix is “${text}”.`, 'Give 1–40 characters of A-Za-z0-9_-.');
}
