/** Finds the database of a command: from its option, the environment, or the local stack. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { CommandError } from '../cli/command-error.ts';

/** The same folder whether this file runs from `src` or `dist`. */
const CHECKOUT = path.resolve(import.meta.dirname, '../../../..');

/** The part of the state file of infra/local that is used here. */
const stackRecordSchema = z.object({ databaseUrl: z.string().min(1) });

/** Throws {@link CommandError} if there is none. */
export async function findDatabaseUrl(options: {
  option: string | undefined;
  env: NodeJS.ProcessEnv;
}): Promise<string> {
  const { option, env } = options;
  if (option) return option;
  if (env['DATABASE_URL']) return env['DATABASE_URL'];
  const folder = env['NEARBY_LOCAL_DIR'] || path.join(CHECKOUT, '.local');
  const record = stackRecordSchema.safeParse(await readRecord(path.join(folder, 'stack.json')));
  if (record.success) return record.data.databaseUrl;
  throw new CommandError(
    'No database is set and no local stack is running.',
    'Start it with npm start, set DATABASE_URL, or use --database-url.',
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
