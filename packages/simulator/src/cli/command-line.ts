/** What all command-line programs share: options that refuse wrong values, help, interruption, errors and exit codes. */
import path from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from '@commander-js/extra-typings';
import { RemedyError } from '@nearby-friends/local-stack';

/** `usage`: how a person runs it. Its `parse` throws {@link RemedyError} for what it refuses. */
export function createCommand(usage: string, description: string) {
  return new Command(usage)
    .description(description)
    .helpOption('--help', 'show this help')
    .showSuggestionAfterError(false)
    .configureOutput({ writeErr: () => undefined })
    .exitOverride((error) => {
      if (error.exitCode === 0) throw error;
      const problem = error.message.replace(/^error: (.)/, (_, first: string) => first.toUpperCase());
      throw new RemedyError(problem.endsWith('.') ? problem : `${problem}.`, `See \`${usage} --help\`.`, {
        cause: error,
      });
    });
}

export function numberBetween(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text !== '' && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a number between ${min} and ${max}.`);
  };
}

/** Fractions are cut off. */
export function integerBetween(min: number, max: number): (text: string) => number {
  const parse = numberBetween(min, max);
  return (text) => Math.trunc(parse(text));
}

/** Resolved from where the person is: npm and pnpm run scripts in the project's folder. */
export function fileFrom(env: NodeJS.ProcessEnv): (text: string) => string {
  return (text) => path.resolve(env['INIT_CWD'] ?? process.cwd(), text);
}

export function publicUrl(text: string): string {
  if (/^https?:\/\/./.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('It must be a public address such as http://localhost:8080.');
}

/**
 * Resolves with the exit code: that of `main`, 0 after help, `failureCode` after an error, which is printed. SIGINT,
 * SIGTERM and SIGHUP abort the signal.
 */
export async function runProgram(main: (signal: AbortSignal) => Promise<number>, failureCode = 1): Promise<number> {
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort(new RemedyError('Interrupted.', 'Nothing was left running.'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  try {
    return await main(interrupted.signal);
  } catch (error) {
    // The help has been printed.
    if (error instanceof CommanderError) return 0;
    process.stderr.write(`${errorText(error)}\n`);
    return failureCode;
  }
}

/** One sentence for an expected error, the stack for a bug. */
export function errorText(error: unknown): string {
  if (error instanceof RemedyError) return error.message;
  return `Unexpected error: ${error instanceof Error ? error.stack : String(error)}`;
}
