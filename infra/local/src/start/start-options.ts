/** The options of `npm start`, from the command line and the environment. */
import { Command, CommanderError } from '@commander-js/extra-typings';
import { RemedyError } from '../machine/remedy-error.ts';

export type StartOptions = Exclude<ReturnType<typeof parseStartOptions>, 'help'>;

/** A process needs about 80 MB, so a larger number is a typing error. */
const MAX_PROCESSES = 64;
/** For more, run `npm run simulate` on another machine. */
const MAX_PEOPLE = 2_000;
const MAX_REPORT_SECONDS = 30;

const parsePort = wholeNumber('PORT', 1, 65_535);

function startCommand() {
  return new Command('npm start --')
    .description('Starts nearby friends on this machine, without Docker: PostgreSQL, Redis, nginx and the services.')
    .option('--port <n>', 'public port, or PORT (default: 8080)', parsePort)
    .option('--gateways <n>', 'Socket.IO gateways', wholeNumber('--gateways', 1, MAX_PROCESSES), 2)
    .option('--locations <n>', 'location services', wholeNumber('--locations', 1, MAX_PROCESSES), 2)
    .option('--friend-graphs <n>', 'friend-graph services', wholeNumber('--friend-graphs', 1, MAX_PROCESSES), 2)
    .option('--ingests <n>', 'services for background apps', wholeNumber('--ingests', 0, MAX_PROCESSES), 1)
    .option('--alerts <n>', 'services that send alerts', wholeNumber('--alerts', 0, MAX_PROCESSES), 1)
    .option('--people <n>', 'simulated people on the map', wholeNumber('--people', 0, MAX_PEOPLE), 40)
    .option(
      '--report-every <seconds>',
      'interval of their position updates while moving',
      wholeNumber('--report-every', 1, MAX_REPORT_SECONDS),
      2,
    )
    .option('--database-url <url>', 'an existing PostgreSQL, or DATABASE_URL; the migration runs on it')
    .option('--redis-url <url>', 'an existing Redis (7 or newer), or REDIS_URL')
    .addHelpText(
      'after',
      `
The environment's other variables (LOG_LEVEL, POSITION_TTL_SECONDS, …) are passed to every service.
Data stays in .local/ of the checkout, or in NEARBY_LOCAL_DIR; delete that folder to start with an empty system.
It listens on this machine only, since it issues a token for any user to any client. Stop with Ctrl-C.`,
    )
    .showSuggestionAfterError(false)
    .configureOutput({ writeErr: () => undefined })
    .exitOverride();
}

/** Options, or `help` when the help was requested and printed. Throws a RemedyError for invalid options. */
export function parseStartOptions(args: readonly string[], env: NodeJS.ProcessEnv) {
  try {
    const { port, databaseUrl, redisUrl, reportEvery, ...counts } = startCommand().parse(args, { from: 'user' }).opts();
    return {
      ...counts,
      reportSeconds: reportEvery,
      // An empty variable counts as none.
      port: port ?? parsePort(env['PORT'] || '8080'),
      databaseUrl: (databaseUrl ?? env['DATABASE_URL']) || undefined,
      redisUrl: (redisUrl ?? env['REDIS_URL']) || undefined,
    };
  } catch (cause) {
    if (!(cause instanceof CommanderError)) throw cause;
    if (cause.exitCode === 0) return 'help' as const;
    const problem = cause.message.replace(/^error: (.)/, (_, first: string) => first.toUpperCase());
    throw new RemedyError(`${problem.replace(/=[^']*'/, "'")}.`, 'See `npm start -- --help`.', { cause });
  }
}

function wholeNumber(name: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
    throw new RemedyError(`${name} is "${text}".`, `Give a whole number from ${min} to ${max}.`);
  };
}
