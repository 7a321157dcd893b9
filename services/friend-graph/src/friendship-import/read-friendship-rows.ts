/** Reads a CSV file of friendships and turns it into rows for COPY, refusing what is not one. */
import { createReadStream } from 'node:fs';
import { type UserId, userIdSchema } from '@nearby-friends/protocol';
import { CommandError } from '../cli/command-error.ts';

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
const READ_BYTES = 1 << 18;
/** Far more than two ids with quotes and spaces; a file without line ends must not fill the memory. */
const MAX_LINE_CHARACTERS = 1_000;
/** How much of a wrong value an error shows. */
const SHOWN_CHARACTERS = 40;

/**
 * Throws {@link CommandError} with the line's number at the first line that is no friendship. `onBytes` hears how much
 * of the file has been read.
 */
export function readFriendshipRows(file: string, onBytes: (bytes: number) => void): FriendshipRows {
  const counts: RowCounts = { friendships: 0, selfFriendships: 0 };
  return { chunks: readChunks(file, counts, onBytes), counts };
}

async function* readChunks(file: string, counts: RowCounts, onBytes: (bytes: number) => void): AsyncGenerator<string> {
  const source = createReadStream(file, { encoding: 'utf8', highWaterMark: READ_BYTES });
  const converter = new LineConverter(counts);
  let rest = '';
  try {
    for await (const text of source) {
      onBytes(source.bytesRead);
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE_CHARACTERS) lines.push(rest);
      yield converter.convert(lines);
    }
    yield converter.convert([rest]);
    converter.finish();
  } catch (error) {
    throw error instanceof CommandError ? error : unreadable(file, error);
  }
}

/**
 * Lines of CSV to rows of COPY. The values are ids, which hold neither comma nor quote nor line end: all that CSV's
 * quoting can do here is to stand around an id, so a general parser, ten times slower, would read nothing else.
 */
class LineConverter {
  readonly #counts: RowCounts;
  #line = 0;
  #sawHeader = false;

  constructor(counts: RowCounts) {
    this.#counts = counts;
  }

  convert(lines: readonly string[]): string {
    let rows = '';
    for (const text of lines) {
      this.#line++;
      const fields = fieldsOf(text);
      if (fields === null) continue;
      if (this.#sawHeader) rows += this.#toRow(fields);
      else this.#takeHeader(fields);
    }
    return rows;
  }

  /** Throws when not even a header came. */
  finish(): void {
    if (!this.#sawHeader) this.#takeHeader([]);
  }

  #takeHeader(fields: readonly string[]): void {
    const header = fields.join(',').replace('\uFEFF', '');
    if (header.toLowerCase() !== HEADER) {
      throw new CommandError(
        `The first line must be "${HEADER}", and it is "${shorten(header)}".`,
        'Add or correct that line.',
      );
    }
    this.#sawHeader = true;
  }

  #toRow(fields: readonly string[]): string {
    if (fields.length !== COLUMNS) {
      throw new CommandError(
        `Line ${this.#line} has ${fields.length} columns instead of two.`,
        'Correct it; nothing was imported.',
      );
    }
    const user = this.#toUserId(fields[0]);
    const friend = this.#toUserId(fields[1]);
    if (user === friend) {
      this.#counts.selfFriendships++;
      return '';
    }
    this.#counts.friendships++;
    return user < friend ? `${user}\t${friend}\n` : `${friend}\t${user}\n`;
  }

  #toUserId(field = ''): UserId {
    const id = userIdSchema.safeParse(field);
    if (id.success) return id.data;
    throw new CommandError(
      `Line ${this.#line}: "${shorten(field)}" is not a user id.`,
      'An id has 1–64 characters of A-Za-z0-9_-. Correct it; nothing was imported.',
    );
  }
}

/** Without the quotes and spaces around them; null for an empty line. */
function fieldsOf(line: string): string[] | null {
  const text = line.trim();
  if (text === '') return null;
  const fields = text.split(',');
  return text.includes('"') || text.includes(' ') ? fields.map(unquote) : fields;
}

function unquote(field: string): string {
  return field
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .trim();
}

function shorten(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}

function unreadable(file: string, error: unknown): CommandError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new CommandError(`${file} cannot be read (${code ?? message}).`, 'Give the path of a CSV file.', {
    cause: error,
  });
}
