/** Runs another program in the foreground, with its output on the terminal. */
import { spawn } from 'node:child_process';

/** A program could not be run, or its exit code was not 0. */
export class CommandFailed extends Error {
  /** Whether the program's own last lines are explanation enough. */
  isSelfExplanatory = false;

  /**
   * @param {string} message
   * @param {number} exitCode for this process as well
   */
  constructor(message, exitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The exit code of shells for a command that does not exist. */
const NOT_FOUND_EXIT_CODE = 127;

/** These reach this process alone; without passing them on, the program would outlive it. */
const PASSED_ON = /** @type {const} */ (['SIGTERM', 'SIGHUP']);

/**
 * Resolves when the program has exited with 0. Rejects with CommandFailed otherwise.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 */
export async function runCommand(command, args, { cwd, env = process.env }) {
  // Ctrl-C also reaches the program; this process waits for it to end.
  const wait = () => undefined;
  process.on('SIGINT', wait);
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child;
  /** @param {NodeJS.Signals} signal */
  const passOn = (signal) => void child?.kill(signal);
  for (const signal of PASSED_ON) process.on(signal, passOn);
  try {
    await new Promise((resolve, reject) => {
      // No input: no program may prompt here, and this process' own input may be closed.
      child = spawn(command, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
      const line = [command, ...args].join(' ');
      child.once('error', ({ message }) => {
        reject(new CommandFailed(`"${line}" could not be run (${message}). Is it installed?`, NOT_FOUND_EXIT_CODE));
      });
      child.once('exit', (code, signal) => {
        if (code === 0) resolve(undefined);
        else reject(new CommandFailed(`"${line}" failed (${signal ?? `exit code ${code}`}); see above.`, code ?? 1));
      });
    });
  } finally {
    process.off('SIGINT', wait);
    for (const signal of PASSED_ON) process.off(signal, passOn);
  }
}
