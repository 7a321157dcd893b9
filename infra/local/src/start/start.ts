/** `npm start`: runs one stack in the foreground until Ctrl-C. */
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { unprivilegedFolder } from '../machine/local-folder.ts';
import type { ProcessIdentity } from '../machine/process-identity.ts';
import { RemedyError } from '../machine/remedy-error.ts';
import { killDescendants } from '../processes/kill-descendants.ts';
import { refuseNewProcesses } from '../processes/managed-process.ts';
import { endOrphans } from '../processes/orphans.ts';
import { checkDataFolder } from '../servers/data-folder.ts';
import type { Stack } from '../stack/stack.ts';
import type { StackOptions } from '../stack/stack-options.ts';
import { startStack } from '../stack/start-stack.ts';
import { checkPort } from './check-port.ts';
import { readOrCreateJwtSecret } from './jwt-secret.ts';
import { claimStackRecord, removeStackRecord, writeStackRecord } from './stack-record.ts';
import { parseStartOptions, type StartOptions } from './start-options.ts';
import { StopRequests } from './stop-requests.ts';
import { welcome } from './welcome.ts';

/** How long the steps of an abandoned start may take to clean up. */
const ABANDON_DEADLINE_MS = 2_000;

/**
 * Runs until a stop is requested. Returns the exit code: 0 after an orderly stop, 1 otherwise. Other entry points are for
 * the stack's own tests.
 */
export async function main(
  args: readonly string[],
  overrides: Pick<StackOptions, 'entryPoints'> = {},
): Promise<number> {
  const requests = new StopRequests();
  try {
    const options = parseStartOptions(args, process.env);
    if (options === 'help') return 0;
    return await run({ ...options, ...overrides }, requests);
  } catch (error) {
    if (requests.first.aborted) {
      say('Stopped.');
      return requests.second.aborted ? 1 : 0;
    }
    process.stderr.write(`${error instanceof RemedyError ? error.message : describeBug(error)}\n`);
    return 1;
  } finally {
    requests.close();
  }
}

async function run(options: StartOptions & Pick<StackOptions, 'entryPoints'>, requests: StopRequests): Promise<number> {
  const startedAt = performance.now();
  const url = `http://localhost:${options.port}`;
  const launcher = await claimStackRecord(url, say);
  try {
    const orphans = await endOrphans();
    if (orphans.length > 0) say(`Ended processes of an earlier stack: ${orphans.sort().join(', ')}.`);
    const hosts = loopbackAddresses();
    const dataDir = path.join(await unprivilegedFolder(), 'data', 'postgres');
    // Before anything is started, so that what is wrong here is said at once.
    await checkPort(options.port, hosts);
    if (options.databaseUrl === undefined) await checkDataFolder(dataDir);
    say('Starting. Press Ctrl-C to stop.');
    const starting: Promise<Stack> = startStack({
      ...options,
      hosts,
      dataDir,
      jwtSecret: await readOrCreateJwtSecret(say),
      env: { all: inheritedEnvironment() },
      log: say,
      logFormat: { colour: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined },
      progress: say,
      signal: requests.first,
      // Its pid has changed.
      onRestarted: () => void starting.then((stack) => record(stack, url, launcher)),
    });
    const stack = await abandonAtSecondRequest(starting, requests);
    try {
      await record(stack, url, launcher);
      say(await welcome(stack, url, { tookMs: performance.now() - startedAt, people: options.people }));
      await requests.firstRequest;
      say('Stopping. Press Ctrl-C again to kill everything.');
    } finally {
      await stopUnlessForced(stack, requests);
    }
  } finally {
    await removeStackRecord();
  }
  say('Stopped.');
  return requests.second.aborted ? 1 : 0;
}

async function abandonAtSecondRequest(starting: Promise<Stack>, requests: StopRequests): Promise<Stack> {
  let isStarting = true;
  const second = requests.secondRequest.then(async () => {
    if (isStarting) await abandonStart(starting);
    return await starting;
  });
  try {
    return await Promise.race([starting, second]);
  } finally {
    isStarting = false;
  }
}

/** Kills everything, also what is just being started, downloaded or prepared. */
async function abandonStart(starting: Promise<Stack>): Promise<never> {
  refuseNewProcesses();
  await killDescendants();
  // Its temporary folders are removed as each of its steps fails.
  await Promise.race([starting.catch(() => undefined), delay(ABANDON_DEADLINE_MS)]);
  await killDescendants();
  throw new Error('Stopped twice while starting.');
}

async function stopUnlessForced(stack: Stack, requests: StopRequests): Promise<void> {
  const forced = requests.secondRequest.then(() => stack.forceStop());
  await Promise.race([stack.stop(), forced]);
}

async function record(stack: Stack, url: string, launcher: ProcessIdentity): Promise<void> {
  const services = [...stack.gateways, ...stack.locations, ...stack.friendGraphs, ...stack.ingests, ...stack.alerts];
  const servers = [stack.postgres, stack.redis, stack.nginx].filter((server) => server !== undefined);
  await writeStackRecord({
    state: 'ready',
    url,
    databaseUrl: stack.databaseUrl,
    redisUrl: stack.redisUrl,
    launcher,
    processes: [
      ...servers.map(({ process: { name, pid } }) => ({ name, pid })),
      ...services.map(({ name, pid, opsPort }) => ({ name, pid, opsPort })),
    ],
  });
}

// `localhost` is either; some machines have no IPv6.
function loopbackAddresses(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return ['127.0.0.1', ...(addresses.some(({ address }) => address === '::1') ? ['::1'] : [])];
}

/** Set by the stack itself, or for npm only. */
const NOT_INHERITED = /^(npm_.*|PORT|HOST|OPS_PORT|INSTANCE_ID|DATABASE_URL|REDIS_URL|JWT_SECRET|DEV_TOKENS|NODE_ENV)$/;

function inheritedEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !NOT_INHERITED.test(name)));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function describeBug(error: unknown): string {
  return `Unexpected error: ${error instanceof Error ? error.stack : String(error)}`;
}
