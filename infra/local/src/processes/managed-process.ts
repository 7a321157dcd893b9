/** Runs a child process in its own process group, reads its output line by line and observes its exit. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { RemedyError } from '../machine/remedy-error.ts';
import { forgetChild, recordChild } from './orphans.ts';
import { sendSignal } from './send-signal.ts';

/** Last lines of output that are kept for the message when a process fails. */
const RECENT_LINES = 60;

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface ManagedProcessOptions {
  /** For messages and records, for example `postgres` or `gateway-1`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Run as this user and group, where the caller is root. */
  readonly runAs?: { readonly uid: number; readonly gid: number } | undefined;
  /** The signal for an orderly stop. */
  readonly stopSignal: NodeJS.Signals;
  /** A folder of this process alone; removed with it when its starter has died. */
  readonly temporaryFolder?: string | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
}

export interface ManagedProcess {
  readonly name: string;
  readonly pid: number;
  /** Settles once, when the process has ended; never rejects. */
  readonly exited: Promise<ProcessExit>;
  isRunning(): boolean;
  /** Its last lines of output, oldest first. */
  recentLines(): readonly string[];
  /** Sends to the process alone; nothing happens when it has ended. */
  signal(signal: NodeJS.Signals): void;
  /** Sends the stop signal, and SIGKILL to its group after the deadline (milliseconds). */
  stop(deadlineMs?: number): Promise<ProcessExit>;
}

const STOP_DEADLINE_MS = 10_000;
const OUTPUT_END_DEADLINE_MS = 500;

let isStartingRefused = false;

/** From now on this program starts no process: it is about to end and could not stop it. */
export function refuseNewProcesses(): void {
  isStartingRefused = true;
}

/** Starts the process; rejects when it cannot be started at all. */
export async function spawnManaged(options: ManagedProcessOptions): Promise<ManagedProcess> {
  if (isStartingRefused) throw new Error(`${options.name} is not started: this program is about to end.`);
  const spawnOptions: SpawnOptions = {
    // Its own group: Ctrl-C in the terminal reaches only the launcher, which then stops everything in order.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: options.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...options.runAs,
  };
  const child = spawn(options.command, options.args, spawnOptions);
  const pid = await startedPid(child, options);
  const { name, stopSignal, temporaryFolder } = options;
  const recent: string[] = [];
  const keepLine = (line: string): void => {
    recent.push(line);
    if (recent.length > RECENT_LINES) recent.shift();
    options.onLine?.(line);
  };
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', keepLine);
  }

  const recorded = recordChild({ name, pid, stopSignal, temporaryFolder });
  let ended = false;
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('exit', (code, signal) => {
      ended = true;
      // Its group may outlive it, such as the workers of a killed nginx.
      sendSignal(-pid, 'SIGKILL');
      const finish = (): void => resolve({ code, signal });
      // A record that cannot be removed is harmless: the next clean-up finds that its process is gone.
      Promise.all([outputEnd(child), recorded.then(() => forgetChild(pid))]).then(finish, finish);
    });
  });
  await recorded;

  return {
    name: options.name,
    pid,
    exited,
    isRunning: () => !ended,
    recentLines: () => [...recent],
    signal: (signal) => {
      if (!ended) sendSignal(pid, signal);
    },
    stop: async (deadlineMs = STOP_DEADLINE_MS) => {
      if (ended) return await exited;
      sendSignal(pid, options.stopSignal);
      // A paused process handles the signal only when continued.
      sendSignal(pid, 'SIGCONT');
      const deadline = setTimeout(() => sendSignal(-pid, 'SIGKILL'), deadlineMs);
      const exit = await exited;
      clearTimeout(deadline);
      return exit;
    },
  };
}

/** Output may arrive after the exit. The deadline is for children that it left behind and that hold the output open. */
async function outputEnd(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve) => {
    const deadline = setTimeout(resolve, OUTPUT_END_DEADLINE_MS);
    child.once('close', () => {
      clearTimeout(deadline);
      resolve();
    });
  });
}

async function startedPid(child: ChildProcess, { name, command }: ManagedProcessOptions): Promise<number> {
  return await new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(child.pid ?? Number.NaN));
    child.once('error', (cause) => {
      reject(
        new RemedyError(`${name} could not be started (${cause.message}).`, `Check that ${command} can be executed.`, {
          cause,
        }),
      );
    });
  });
}

/** `exit code 1` or `SIGKILL`. */
export function describeExit({ code, signal }: ProcessExit): string {
  return signal ?? `exit code ${code}`;
}
