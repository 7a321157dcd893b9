/** Runs a command line: prints help, reports a failure as a sentence and sets the exit code. */
import { parseArgs } from 'node:util';
import { CommandError } from './command-error.ts';

export interface Command {
  readonly name: string;
  /** Printed for `--help`. */
  readonly help: string;
  /** Options with a value, without the dashes. */
  readonly valueOptions?: readonly string[];
  /** Whether it accepts positional arguments. */
  readonly allowPositionals?: boolean;
  run(given: { values: Readonly<Record<string, string>>; positionals: readonly string[] }): Promise<void>;
}

/** Sets exit code 1 if the command fails and 2 if its arguments are invalid. */
export async function runCommand(command: Command, args: readonly string[]): Promise<void> {
  try {
    const given = parse(command, args);
    if (given === 'help') process.stdout.write(command.help);
    else await command.run(given);
  } catch (error) {
    process.exitCode = error instanceof UsageError ? 2 : 1;
    process.stderr.write(`${command.name}: ${describe(error)}\n`);
  }
}

class UsageError extends CommandError {}

function parse(command: Command, args: readonly string[]): Parameters<Command['run']>[0] | 'help' {
  const options: Record<string, { type: 'string' | 'boolean' }> = { help: { type: 'boolean' } };
  for (const name of command.valueOptions ?? []) options[name] = { type: 'string' };
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      allowPositionals: command.allowPositionals ?? false,
    });
    if (values['help'] === true) return 'help';
    const texts: Record<string, string> = {};
    for (const [name, value] of Object.entries(values)) if (typeof value === 'string') texts[name] = value;
    return { values: texts, positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? `${error.message}.` : String(error), 'See --help.', { cause: error });
  }
}

function describe(error: unknown): string {
  if (error instanceof CommandError) return error.message;
  // Unexpected: the stack is the most useful text.
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
