/** Reads a CSV file of friendships, validates it and converts it to rows for COPY. */
import { createReadStream } from 'node:fs';
import { type UserId, userIdSchema } from '@nearby-friends/protocol';
import { CommandError } from '../cli/command-error.ts';

interface RowCounts {
  /** Lines with a friendship of two users. */
  friendships: number;
  /** Lines with the same user twice; skipped. */
  selfFriendships: number;
}

interface FriendshipRows {
  /** Text for `COPY … FROM STDIN`: both ids of each friendship, the smaller first, so that repetitions are equal. */
  readonly chunks: AsyncIterable<string>;
  /** Increases while the chunks are read. */
  readonly counts: Readonly<RowCounts>;
}

const HEADER = 'user,friend';
const COLUMNS = 2;
const READ_BYTES = 1 << 18;
/** Far more than two ids with quotes and spaces; bounds the memory for a file without line ends. */
const MAX_LINE_CHARACTERS = 1_000;
/** Length of an invalid value in an error message. */
const MAX_SHOWN_CHARACTERS = 40;

/**
 * Throws {@link CommandError} with the line number at the first invalid line. `onBytes` receives the number of bytes
 * read so far.
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
 * Converts lines of CSV to rows of COPY. Ids contain no comma, quote or line end, so that quotes can only surround an
 * id; a general CSV parser would give the same result ten times slower.
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

  /** Throws if there was no header. */
  finish(): void {
    if (!this.#sawHeader) this.#takeHeader([]);
  }

  #takeHeader(fields: readonly string[]): void {
    const header = fields.join(',').replace('\uFEFF', '');
    if (header.toLowerCase() !== HEADER) {
      throw new CommandError(
        `The first line must be "${HEADER}" but is "${shorten(header)}".`,
        'Add or correct the header.',
      );
    }
    this.#sawHeader = true;
  }

  #toRow(fields: readonly string[]): string {
    if (fields.length !== COLUMNS) {
      throw new CommandError(
        `Line ${this.#line} must have 2 columns but has ${fields.length}.`,
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
      'A user id has 1–64 characters of A-Za-z0-9_-. Correct it; nothing was imported.',
    );
  }
}

/** Fields without surrounding quotes and spaces; null for an empty line. */
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
  return text.length <= MAX_SHOWN_CHARACTERS ? text : `${text.slice(0, MAX_SHOWN_CHARACTERS)}…`;
}

function unreadable(file: string, error: unknown): CommandError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new CommandError(`${file} cannot be read (${code ?? message}).`, 'Check the path of the CSV file.', {
    cause: error,
  });
}
