/** The process of the simulated people on the map, which the stack can do without. */
import { setTimeout as delay } from 'node:timers/promises';
import { describeExit, type ManagedProcess, spawnManaged } from '../processes/managed-process.ts';
import { RestartableProcess } from '../processes/restartable-process.ts';

interface ResidentsOptions {
  /** The JavaScript file to run; it prints a line that begins with “Ready” when it is ready. */
  readonly entryPoint: string;
  readonly people: number;
  /** Seconds between the position updates of a moving person. */
  readonly intervalSeconds: number;
  /** The stack's public address; called at each start. */
  readonly url: () => string;
  /** Called at each start. */
  readonly environment: () => Readonly<Record<string, string | undefined>>;
  /** Receives their output once they are ready. */
  readonly onLine: (name: string, line: string) => void;
}

const NAME = 'residents';
const READY = /^Ready/;
/** Long, since they read a map while the machine still starts the rest. */
const READY_DEADLINE_MS = 60_000;
const POLL_MS = 50;

/** A process that is ready when it has printed so. When it does not become ready, its last line is the reason. */
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
  // Also when it has ended since: the supervisor handles that end.
  if (isReady()) return;
  if (life.isRunning()) throw new Error(`not ready within ${READY_DEADLINE_MS / 1_000} s`);
  const exit = describeExit(await life.exited);
  throw new Error(life.recentLines().findLast((line) => line.trim() !== '') ?? exit);
}
