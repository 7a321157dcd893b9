/** Reads a CSV file with known columns; what is wrong in it is said with file and line. */
import { readFile } from 'node:fs/promises';
import { RemedyError } from '@nearby-friends/local-stack';
import { CsvError, parse } from 'csv-parse/sync';

/** One row: the requested columns, and its line in the file. */
interface CsvRow<Column extends string> {
  readonly values: Readonly<Record<Column, string>>;
  /** 1 is the header. */
  readonly line: number;
}

/** As csv-parse gives a row with its option `info`. */
interface ParsedRow<Column extends string> {
  readonly record: Readonly<Record<Column, string>>;
  readonly info: { readonly lines: number };
}

/**
 * Reads the whole file at once: a replay holds all movements in memory anyway.
 * Throws {@link RemedyError} when the file is not there, is no CSV, or lacks a column. Further columns are ignored.
 */
export async function readCsv<Column extends string>(
  file: string,
  columns: readonly Column[],
  remedyIfMissing: string,
): Promise<CsvRow<Column>[]> {
  const text = await readText(file, remedyIfMissing);
  const requireColumns = (header: string[]): string[] => {
    const missing = columns.find((column) => !header.includes(column));
    if (missing === undefined) return header;
    const remedy = `The first line must name the columns ${columns.join(', ')}.`;
    throw new RemedyError(`${file} has no column “${missing}”.`, remedy);
  };
  try {
    const options = { info: true, bom: true, skip_empty_lines: true, trim: true, columns: requireColumns } as const;
    const rows = parse<ParsedRow<Column>>(text, options);
    return rows.map(({ record, info }) => ({ values: record, line: info.lines }));
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new RemedyError(`${file} is not a well-formed CSV file (${cause.message}).`, 'Mend that line.', { cause });
  }
}

/** The error for a value that does not fit its column. */
export function malformedValue(file: string, line: number, column: string, expected: string): RemedyError {
  return new RemedyError(`${file}, line ${line}: “${column}” is not ${expected}.`, 'Mend or remove that line.');
}

async function readText(file: string, remedyIfMissing: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new RemedyError(`The file ${file} cannot be read.`, remedyIfMissing, { cause });
  }
}
