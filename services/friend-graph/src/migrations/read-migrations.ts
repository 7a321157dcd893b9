/** Reads the migrations of this build from `prisma/migrations`. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

export interface Migration {
  /** Name of the folder; migrations are applied in the order of names. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file in hex, with which Prisma detects that an applied migration was changed. */
  readonly checksum: string;
}

/** The same folder whether this file runs from `src` or `dist`. */
export const MIGRATIONS_FOLDER = path.resolve(import.meta.dirname, '../../prisma/migrations');

/** Returns them in the order of application. Rejects if the folder or a `migration.sql` cannot be read. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return await Promise.all(
    names.sort().map(async (name) => {
      const bytes = await readFile(path.join(folder, name, 'migration.sql'));
      return { name, sql: bytes.toString(), checksum: createHash('sha256').update(bytes).digest('hex') };
    }),
  );
}
