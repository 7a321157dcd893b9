/** Parses the arguments of `npm run simulate`. */
import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { MAX_RADIUS_METERS, MIN_RADIUS_METERS } from '@nearby-friends/protocol';
import { TRANSPORT_CHOICES } from '../client/simulated-client.ts';
import { type Signing, signingOf } from '../client/tokens.ts';
import { createCommand, fileFrom, integerBetween, numberBetween, publicUrl } from './command-line.ts';

const DEFAULT_PEOPLE = 100;
const MAX_PEOPLE = 50_000;
/** Beyond it cars exceed a gateway's MAX_PLAUSIBLE_SPEED, which then slows their drivers' lists. */
export const MAX_PACE = 12;

type TokenPlan =
  | { readonly from: 'deployment' }
  | { readonly from: 'file'; readonly file: string }
  | { readonly from: 'secret'; readonly signing: Signing };

export type SimulationPlan = ReturnType<typeof parseSimulateArguments>;

export function simulateCommand(env: NodeJS.ProcessEnv) {
  return createCommand(
    'npm run simulate --',
    'Simulates the people of a city as real clients of a deployment, and reports what they experienced.\n\n' +
      'They walk, cycle, drive and take the bus along the streets of Chicago, go to work, lunch and out, have friends as ' +
      'people do, and their phones have errors and stop reporting now and then. Ctrl-C ends early, with the report.',
  )
    .option('--url <url>', 'public address of the deployment', publicUrl, 'http://localhost:8080')
    .option('--people <n>', `people in the city (default: ${DEFAULT_PEOPLE}, or all of --tokens)`, people)
    .addOption(
      new Option('--duration <time>', 'how long after all have arrived: 90s, 10m or 2h')
        .argParser(duration)
        .default(duration('60s'), '60s'),
    )
    .option('--interval <seconds>', 'between position updates while moving; at rest 30 s', numberBetween(0.2, 30), 5)
    .option('--arrivals <n>', 'sign-ins per second', numberBetween(0.1, 10_000), 50)
    .option('--pace <n>', 'how many times faster than real time the city runs', numberBetween(0.1, MAX_PACE), 1)
    .addOption(
      new Option('--start <hh:mm>', 'time of day in the city at the start')
        .argParser(timeOfDay)
        .default(timeOfDay('08:00'), '08:00'),
    )
    .option(
      '--radius <meters>',
      'radius of all users, which stays in their profiles (default: what the profile says)',
      numberBetween(MIN_RADIUS_METERS, MAX_RADIUS_METERS),
    )
    .addOption(transportOption())
    .option('--always-on', 'no phone ever stops reporting', false)
    .option('--seed <n>', 'another number is another city', integerBetween(0, 2 ** 31), 1)
    .option('--prefix <name>', 'prefix of user ids, as in sim-17', prefix, 'sim')
    .option('--tokens <file>', 'CSV user,token: these people, with these tokens', fileFrom(env))
    .option(
      '--write-friendships <file>',
      'write the friendships as the CSV of import-friendships, and end',
      fileFrom(env),
    )
    .option('--json', 'report as JSON on standard output; everything else goes to standard error', false)
    .addHelpText(
      'after',
      `
Tokens come from --tokens, or are signed with JWT_SECRET (and JWT_AUDIENCE, JWT_ISSUER) of the environment, or come from the
deployment if it has DEV_TOKENS=true. Missing friendships are made through the API; for thousands of people it is faster to
import the file of --write-friendships first.

Exits with 0 when no request was refused and all people were connected at the end, with 1 when not, and with 2 when the
simulation could not run.`,
    );
}

/** Throws {@link RemedyError}. */
export function parseSimulateArguments(args: readonly string[], env: NodeJS.ProcessEnv) {
  const { people, duration, interval, arrivals, start, radius, tokens, writeFriendships, ...others } = simulateCommand(
    env,
  )
    .parse(args, { from: 'user' })
    .opts();
  return {
    ...others,
    /** Undefined: all users in the file of tokens. */
    people: people ?? (tokens === undefined ? DEFAULT_PEOPLE : undefined),
    durationMs: duration,
    intervalMs: 1_000 * interval,
    arrivalsPerSecond: arrivals,
    /** Of the day. */
    startMinute: start,
    radiusMeters: radius,
    tokens: planTokens(tokens, env),
    writeFriendshipsTo: writeFriendships,
  };
}

export function transportOption() {
  return new Option('--transport <name>', 'both: polling and then the upgrade')
    .choices(TRANSPORT_CHOICES)
    .default('websocket' as const);
}

/** A named file wins over the environment. */
function planTokens(file: string | undefined, env: NodeJS.ProcessEnv): TokenPlan {
  if (file !== undefined) return { from: 'file', file };
  const signing = signingOf(env);
  return signing === undefined ? { from: 'deployment' } : { from: 'secret', signing };
}

const people = integerBetween(1, MAX_PEOPLE);
const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;
const MAX_DURATION_MS = 7 * 24 * UNITS_MS.h;

function duration(text: string): number {
  const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)([smh])?$/.exec(text) ?? [];
  const ms = Number(amount) * UNITS_MS[unit as keyof typeof UNITS_MS];
  if (ms > 0 && ms <= MAX_DURATION_MS) return ms;
  throw new InvalidArgumentError('It must be a time of at most a week such as 90s, 10m or 2h.');
}

function timeOfDay(text: string): number {
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? [];
  if (Number(hour) < 24 && Number(minute) < 60) return Number(hour) * 60 + Number(minute);
  throw new InvalidArgumentError('It must be a time of day such as 08:00.');
}

function prefix(text: string): string {
  if (/^[A-Za-z0-9_-]{1,40}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be 1–40 characters of A-Za-z0-9_-.');
}
