/** Reads a CSV file of friendships and turns it into rows for COPY, refusing what is not one. */
import { createReadStream } from 'node:fs';
import { userIdSchema } from '@nearby-friends/protocol';
import { CsvError, parse } from 'csv-parse';
import { CommandError } from '../commands/command-error.ts';

export interface RowCounts {
  /** Lines that name a friendship. */
  friendships: number;
  /** Lines that name somebody's friendship with themselves; they are left out. */
  selfFriendships: number;
}

export interface FriendshipRows {
  /** Text for `COPY … FROM STDIN`: the two ids of each friendship, the lesser first, so that a repetition is one. */
  readonly chunks: AsyncIterable<string>;
  /** Grows while the chunks are read. */
  readonly counts: Readonly<RowCounts>;
}

const HEADER = 'user,friend';
const COLUMNS = 2;
/** Large enough that the work per chunk does not count, small enough that it waits for PostgreSQL soon. */
const CHUNK_CHARACTERS = 65_536;
/** How much of a wrong value an error shows. */
const SHOWN_CHARACTERS = 40;

/**
 * Throws {@link CommandError} with the line's number at the first line that is no friendship. `onBytes` hears how much
 * of the file has been read.
 */
export function readFriendshipRows(file: string, onBytes: (bytes: number) => void): FriendshipRows {
  const counts: RowCounts = { friendships: 0, selfFriendships: 0 };
  return { chunks: toChunks(file, counts, onBytes), counts };
}

async function* toChunks(file: string, counts: RowCounts, onBytes: (bytes: number) => void): AsyncGenerator<string> {
  let sawHeader = false;
  const parser = parse({
    bom: true,
    skip_empty_lines: true,
    trim: true,
    relax_column_count: true,
    // Called for each record with its place in the file, which an iteration would not know. The parser's types want
    // its result to be a record again: one of a single text.
    on_record: (record: string[], { lines }) => {
      if (sawHeader) return toCopyRow(record, lines, counts);
      checkHeader(record);
      sawHeader = true;
      return null;
    },
  });
  const source = createReadStream(file, { highWaterMark: 1 << 20 });
  source.on('data', () => onBytes(source.bytesRead));
  source.on('error', (error) => parser.destroy(error)).pipe(parser);
  try {
    let chunk = '';
    for await (const row of parser) {
      chunk += (row as [string])[0];
      if (chunk.length < CHUNK_CHARACTERS) continue;
      yield chunk;
      chunk = '';
    }
    if (!sawHeader) checkHeader([]);
    yield chunk;
  } catch (error) {
    throw asCommandError(error, file);
  } finally {
    source.destroy();
  }
}

function checkHeader(record: readonly string[]): void {
  if (record.join(',').toLowerCase() === HEADER) return;
  throw new CommandError(
    `The first line must be "${HEADER}", and it is "${shorten(record.join(','))}".`,
    'Add or correct that line.',
  );
}

function toCopyRow(record: readonly string[], line: number, counts: RowCounts): [string] | null {
  const [user, friend] = record;
  if (record.length !== COLUMNS || user === undefined || friend === undefined) {
    throw new CommandError(
      `Line ${line} has ${record.length} columns instead of two.`,
      'Correct it; nothing was imported.',
    );
  }
  for (const id of [user, friend]) {
    if (!userIdSchema.safeParse(id).success) {
      throw new CommandError(
        `Line ${line}: "${shorten(id)}" is not a user id.`,
        'An id has 1–64 characters of A-Za-z0-9_-. Correct it; nothing was imported.',
      );
    }
  }
  if (user === friend) {
    counts.selfFriendships++;
    return null;
  }
  counts.friendships++;
  return [user < friend ? `${user}\t${friend}\n` : `${friend}\t${user}\n`];
}

function shorten(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}

function asCommandError(error: unknown, file: string): unknown {
  if (error instanceof CsvError) {
    return new CommandError(`${file} is not CSV: ${error.message}.`, 'Correct it; nothing was imported.', {
      cause: error,
    });
  }
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') {
    return new CommandError(`${file} cannot be read (${code}).`, 'Give the path of a CSV file.', { cause: error });
  }
  return error;
}
