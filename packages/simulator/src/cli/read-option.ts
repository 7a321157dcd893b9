/** Reads single options of a command line; what is wrong with one is said with what would be right. */
import { parseArgs } from 'node:util';
import { RemedyError } from '@nearby-friends/local-stack';
import { TRANSPORTS, type TransportChoice } from '../client/simulated-client.ts';

export interface OptionRow {
  /** What stands for the value in the help; a switch has none. */
  readonly value?: string;
  readonly text: string;
}

/** What is parsed and what `--help` says come from the same table. */
export type OptionTable = Readonly<Record<string, OptionRow>>;

export type GivenOptions = Readonly<Partial<Record<string, string | boolean>>>;

/** Throws {@link RemedyError} for an option that is not in the table. `command`: as it is called, for its `--help`. */
export function readArguments(args: readonly string[], table: OptionTable, command: string): GivenOptions {
  const options = Object.fromEntries(
    Object.entries(table).map(([name, { value }]) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message.split('. ')[0] : String(cause);
    throw new RemedyError(`${problem}.`, `See \`${command} --help\`.`, { cause });
  }
}

/** The table's rows, one a line. */
export function optionLines(table: OptionTable): string {
  return Object.entries(table)
    .map(([name, { value, text }]) => `  ${`--${name}${value === undefined ? '' : ` ${value}`}`.padEnd(26)}${text}`)
    .join('\n');
}

export function readNumber(name: string, text: string | undefined, fallback: number, least: number, most: number) {
  const value = text === undefined ? fallback : Number(text);
  if (text !== '' && value >= least && value <= most) return value;
  const range = most === Number.MAX_VALUE ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new RemedyError(`--${name} is “${text}”.`, `Give a number ${range}.`);
}

export function readTransport(text: string): TransportChoice {
  if (Object.hasOwn(TRANSPORTS, text)) return text as TransportChoice;
  throw new RemedyError(`There is no transport “${text}”.`, `Choose one of ${Object.keys(TRANSPORTS).join(', ')}.`);
}

export function readUrl(text: string): string {
  if (/^https?:\/\/./.test(text) && URL.canParse(text)) return text;
  throw new RemedyError(`--url is “${text}”.`, 'Give the public address, as http://localhost:8080.');
}
