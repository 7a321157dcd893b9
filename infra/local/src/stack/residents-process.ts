/** The people on the map of a stack: a process of their own, which the stack can do without. */
import { setTimeout as delay } from 'node:timers/promises';
import { describeExit, type ManagedProcess, spawnManaged } from '../processes/managed-process.ts';
import { RestartableProcess } from '../processes/restartable-process.ts';

export interface ResidentsOptions {
  /** The JavaScript file to run; it says a line that begins with “Ready” when it is. */
  readonly entryPoint: string;
  readonly people: number;
  /** How often somebody under way reports, in seconds. */
  readonly intervalSeconds: number;
  /** The stack's public address; asked at each start. */
  readonly url: () => string;
  /** Asked at each start. */
  readonly environment: () => Readonly<Record<string, string | undefined>>;
  /** Takes what they say once they are ready. */
  readonly onLine: (name: string, line: string) => void;
}

const NAME = 'residents';
const READY = /^Ready/;
/** They read a map first, on a machine that is just starting all the rest. */
const READY_DEADLINE_MS = 60_000;
const POLL_MS = 50;

/** A process that is ready when it has said so. One that does not become so is a failure with its own last words as reason. */
export function residentsProcess(options: ResidentsOptions): RestartableProcess {
  let isReady = false;
  return new RestartableProcess({
    name: NAME,
    spawn: () => {
      isReady = false;
      return spawnResidents(options, (line) => {
        isReady ||= READY.test(line);
        if (isReady) options.onLine(NAME, line);
      });
    },
    waitUntilReady: (life) => waitUntilReady(life, () => isReady),
  });
}

function spawnResidents(
  { entryPoint, people, intervalSeconds, url, environment }: ResidentsOptions,
  onLine: (line: string) => void,
): Promise<ManagedProcess> {
  return spawnManaged({
    name: NAME,
    command: process.execPath,
    args: ['--enable-source-maps', entryPoint, `--url=${url()}`, `--people=${people}`, `--interval=${intervalSeconds}`],
    env: environment(),
    stopSignal: 'SIGTERM',
    onLine,
  });
}

async function waitUntilReady(life: ManagedProcess, isReady: () => boolean): Promise<void> {
  const deadline = performance.now() + READY_DEADLINE_MS;
  while (life.isRunning() && !isReady() && performance.now() < deadline) await delay(POLL_MS);
  // Also when it has ended since: that is an end like any later one.
  if (isReady()) return;
  if (life.isRunning()) throw new Error(`they were not ready within ${READY_DEADLINE_MS / 1_000} s`);
  const exit = describeExit(await life.exited);
  throw new Error(life.recentLines().findLast((line) => line.trim() !== '') ?? exit);
}
