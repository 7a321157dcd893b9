/** Finds the database a command is to work on: the one that is named, else that of the local stack. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { CommandError } from '../cli/command-error.ts';

/** The same from `src/friendship-import` and from `dist/friendship-import`. */
const CHECKOUT = path.resolve(import.meta.dirname, '../../../..');

/** The part of infra/local's record that is used here. */
const stackRecordSchema = z.object({ databaseUrl: z.string().min(1) });

/** Throws {@link CommandError} when there is none. */
export async function findDatabaseUrl(options: { named: string | undefined; env: NodeJS.ProcessEnv }): Promise<string> {
  const { named, env } = options;
  if (named) return named;
  if (env['DATABASE_URL']) return env['DATABASE_URL'];
  const folder = env['NEARBY_LOCAL_DIR'] || path.join(CHECKOUT, '.local');
  const record = stackRecordSchema.safeParse(await readRecord(path.join(folder, 'stack.json')));
  if (record.success) return record.data.databaseUrl;
  throw new CommandError(
    'It is not known which database to use: no local stack is running.',
    'Start it with npm start, or set DATABASE_URL, or give --database-url.',
  );
}

async function readRecord(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (isAbsent || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
