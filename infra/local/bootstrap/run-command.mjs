/** Runs another program in the foreground, with its output going straight to the terminal. */
import { spawn } from 'node:child_process';

/** A program could not be run, or ended with something else than 0. */
export class CommandFailed extends Error {
  /** Whether the program's own last lines are all a person needs. */
  hasSaidEnough = false;

  /**
   * @param {string} message
   * @param {number} exitCode what this process should end with, too
   */
  constructor(message, exitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** What shells answer for a command that does not exist. */
const NOT_FOUND_EXIT_CODE = 127;

/**
 * Resolves when the program has ended with 0. Rejects with CommandFailed otherwise.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 */
export async function runCommand(command, args, { cwd, env = process.env }) {
  // Ctrl-C reaches the program by itself; this process waits for it to end in its own way.
  const wait = () => undefined;
  process.on('SIGINT', wait);
  try {
    await new Promise((resolve, reject) => {
      // No input: nothing here may wait for an answer, and this one's own input may be closed.
      const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
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
  }
}
