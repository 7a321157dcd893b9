/** The options of `npm start`, from the command line and the environment. */
import { parseArgs } from 'node:util';
import { RemedyError } from '../machine/remedy-error.ts';

export interface StartOptions {
  readonly port: number;
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  readonly gateways: number;
  readonly locations: number;
  readonly friendGraphs: number;
  readonly people: number;
  readonly reportSeconds: number;
}

export const START_HELP = `Starts nearby friends on this machine, without Docker: PostgreSQL, Redis, nginx and the services.

  npm start -- [options]

  --port N            public port                                        PORT          default 8080
  --gateways N        how many Socket.IO gateways                                      default 2
  --locations N       how many location services                                       default 2
  --friend-graphs N   how many friend-graph services                                   default 2
  --people N          how many people move about the map; 0 for nobody                 default 40
  --report-every S    how often each of them reports while moving, in seconds          default 2
  --database-url URL  a PostgreSQL of your own; the migration runs on it  DATABASE_URL
  --redis-url URL     a Redis (7 or newer) of your own                    REDIS_URL
  --help              this

The environment's other variables (LOG_LEVEL, POSITION_TTL_SECONDS, …) reach every service.
Data stays in .local/ of the checkout, or in NEARBY_LOCAL_DIR; deleting that folder starts afresh.
It listens on this machine only, since anybody who reaches it can get a token for any user. Stop with Ctrl-C.
`;

const DEFAULT_PORT = 8_080;
const DEFAULT_PROCESSES = 2;
const DEFAULT_PEOPLE = 40;
/** More than this are for `npm run simulate`, on another machine. */
const MAX_PEOPLE = 2_000;
const DEFAULT_REPORT_SECONDS = 2;
const MAX_REPORT_SECONDS = 30;
/** Each takes some 80 MB; more is a slip of the finger. */
const MAX_PROCESSES = 64;

/** Options, or `help` when that was asked for. Throws a sentence with a remedy for what cannot be used. */
export function parseStartOptions(args: readonly string[], env: NodeJS.ProcessEnv): StartOptions | 'help' {
  const values = parseOrExplain(args);
  if (values.help) return 'help';
  const count = (name: 'gateways' | 'locations' | 'friend-graphs'): number =>
    wholeNumber(`--${name}`, values[name], DEFAULT_PROCESSES, { least: 1, most: MAX_PROCESSES });
  return {
    port: wholeNumber('PORT', values.port ?? env['PORT'], DEFAULT_PORT, { least: 1, most: 65_535 }),
    // An empty variable counts as none.
    databaseUrl: (values['database-url'] ?? env['DATABASE_URL']) || undefined,
    redisUrl: (values['redis-url'] ?? env['REDIS_URL']) || undefined,
    gateways: count('gateways'),
    locations: count('locations'),
    friendGraphs: count('friend-graphs'),
    people: wholeNumber('--people', values.people, DEFAULT_PEOPLE, { least: 0, most: MAX_PEOPLE }),
    reportSeconds: wholeNumber('--report-every', values['report-every'], DEFAULT_REPORT_SECONDS, {
      least: 1,
      most: MAX_REPORT_SECONDS,
    }),
  };
}

function parseOrExplain(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        port: text,
        gateways: text,
        locations: text,
        'friend-graphs': text,
        people: text,
        'report-every': text,
        'database-url': text,
        'redis-url': text,
      },
    });
    return values;
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message.split('. ')[0] : String(cause);
    throw new RemedyError(`${problem}.`, 'See `npm start -- --help`.', { cause });
  }
}

function wholeNumber(
  name: string,
  text: string | undefined,
  fallback: number,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RemedyError(`${name} is "${text}".`, `Give a whole number from ${least} to ${most}.`);
  }
  return value;
}
