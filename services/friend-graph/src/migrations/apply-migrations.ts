/** Brings a database to the schema of this build, keeping the books exactly as Prisma's own CLI does. */
import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { CommandError } from '../cli/command-error.ts';
import { connectWhenUp } from '../cli/connect-when-up.ts';
import { MIGRATIONS_FOLDER, type Migration, readMigrations } from './read-migrations.ts';

/** The key Prisma's CLI locks with, so that it and this runner exclude each other too. */
const PRISMA_LOCK_KEY = 72_707_369;

const CREATE_BOOKS = `
CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id" VARCHAR(36) PRIMARY KEY NOT NULL,
    "checksum" VARCHAR(64) NOT NULL,
    "finished_at" TIMESTAMPTZ,
    "migration_name" VARCHAR(255) NOT NULL,
    "logs" TEXT,
    "rolled_back_at" TIMESTAMPTZ,
    "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
    "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;
const READ_BOOKS = `
SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
FROM "_prisma_migrations" WHERE rolled_back_at IS NULL`;
const NOTE_APPLIED = `
INSERT INTO "_prisma_migrations" (id, migration_name, checksum, started_at, finished_at, applied_steps_count)
VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`;

interface NotedMigration {
  readonly name: string;
  readonly checksum: string;
  readonly finished: boolean;
}

export interface MigrateOptions {
  readonly databaseUrl: string;
  /** How long PostgreSQL may take to appear, seconds. Default 60. */
  readonly waitSeconds?: number;
  /** Hears what is being done, one line at a time. Default: nobody. */
  readonly report?: (line: string) => void;
  /** Default: the migrations of this build. */
  readonly folder?: string;
}

/**
 * Applies what is missing, each migration in a transaction of its own together with its note: it is either applied and
 * noted, or neither. Several may run at once; one works and the others wait. Answers the names it applied.
 * Throws {@link CommandError}, whose sentence is for a person.
 */
export async function applyMigrations(options: MigrateOptions): Promise<string[]> {
  const { databaseUrl, waitSeconds = 60, report = () => undefined, folder = MIGRATIONS_FOLDER } = options;
  const migrations = await readMigrations(folder);
  const client = await connectWhenUp({ databaseUrl, command: 'migrate', waitSeconds, report });
  try {
    await lock(client, report);
    await client.query(CREATE_BOOKS);
    const { rows: noted } = await client.query<NotedMigration>(READ_BOOKS);
    const missing = findMissing(migrations, noted, report);
    for (const migration of missing) {
      report(`Applying ${migration.name} …`);
      await apply(client, migration);
    }
    report(summary(missing.length, migrations.length));
    return missing.map(({ name }) => name);
  } finally {
    // The lock goes with the connection.
    await client.end();
  }
}

async function lock(client: Client, report: (line: string) => void): Promise<void> {
  const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
    PRISMA_LOCK_KEY,
  ]);
  if (rows[0]?.locked) return;
  report('Waiting for another migration to finish …');
  await client.query('SELECT pg_advisory_lock($1)', [PRISMA_LOCK_KEY]);
}

function findMissing(
  migrations: readonly Migration[],
  noted: readonly NotedMigration[],
  report: (line: string) => void,
): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { name, checksum, finished } of noted) {
    const migration = known.get(name);
    if (!finished) {
      throw new CommandError(
        `The migration ${name} failed half-way in this database.`,
        `Mend the schema by hand, then say how it ended: npx prisma migrate resolve --applied ${name}, or --rolled-back.`,
      );
    }
    if (!migration) {
      // A newer build was here; migrations only add, so this build still works.
      report(`The database already has ${name}, which this build does not know.`);
    } else if (migration.checksum !== checksum) {
      throw new CommandError(
        `The migration ${name} was changed after it had been applied to this database.`,
        'Restore its migration.sql as it was (git log shows it) and put the change into a new migration.',
      );
    }
  }
  const notedNames = new Set(noted.map(({ name }) => name));
  return migrations.filter(({ name }) => !notedNames.has(name));
}

async function apply(client: Client, { name, sql, checksum }: Migration): Promise<void> {
  try {
    await client.query('BEGIN');
    await client.query(sql);
    await client.query(NOTE_APPLIED, [randomUUID(), name, checksum]);
    await client.query('COMMIT');
  } catch (error) {
    // Rolled back by the server in any case: the connection is ended next.
    throw new CommandError(
      `The migration ${name} failed and was rolled back: ${error instanceof Error ? error.message : String(error)}.`,
      'Mend its migration.sql, or the data it stumbled over, and migrate again.',
      { cause: error },
    );
  }
}

function summary(applied: number, total: number): string {
  if (applied === 0) return `The database is up to date (${total} ${total === 1 ? 'migration' : 'migrations'}).`;
  return `Applied ${applied} ${applied === 1 ? 'migration' : 'migrations'}.`;
}
