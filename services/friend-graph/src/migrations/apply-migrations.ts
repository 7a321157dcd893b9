/** Migrates a database to the schema of this build, with the same bookkeeping as Prisma's CLI. */
import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { CommandError } from '../cli/command-error.ts';
import { connectWhenUp } from '../cli/connect-when-up.ts';
import { MIGRATIONS_FOLDER, type Migration, readMigrations } from './read-migrations.ts';

/** The advisory lock of Prisma's CLI, so that it and this runner exclude each other. */
const PRISMA_LOCK_KEY = 72_707_369;

const CREATE_MIGRATIONS_TABLE = `
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
const READ_APPLIED = `
SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
FROM "_prisma_migrations" WHERE rolled_back_at IS NULL`;
const RECORD_APPLIED = `
INSERT INTO "_prisma_migrations" (id, migration_name, checksum, started_at, finished_at, applied_steps_count)
VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`;

interface RecordedMigration {
  readonly name: string;
  readonly checksum: string;
  readonly finished: boolean;
}

interface MigrateOptions {
  readonly databaseUrl: string;
  /** Maximum wait for PostgreSQL to start, seconds. Default 60. */
  readonly waitSeconds?: number;
  /** Receives progress, one line per call. Default: discarded. */
  readonly report?: (line: string) => void;
  /** Default: the migrations of this build. */
  readonly folder?: string;
}

/**
 * Applies pending migrations, each in one transaction together with its record in `_prisma_migrations`. Concurrent runs
 * are safe: one works and the others wait. Returns the names of the applied migrations.
 * Throws {@link CommandError}.
 */
export async function applyMigrations(options: MigrateOptions): Promise<string[]> {
  const { databaseUrl, waitSeconds = 60, report = () => undefined, folder = MIGRATIONS_FOLDER } = options;
  const migrations = await readMigrations(folder);
  const client = await connectWhenUp({ databaseUrl, command: 'migrate', waitSeconds, report });
  try {
    await lock(client, report);
    await client.query(CREATE_MIGRATIONS_TABLE);
    const { rows: recorded } = await client.query<RecordedMigration>(READ_APPLIED);
    const pending = findPending(migrations, recorded, report);
    for (const migration of pending) {
      report(`Applying ${migration.name} …`);
      await apply(client, migration);
    }
    report(summary(pending.length, migrations.length));
    return pending.map(({ name }) => name);
  } finally {
    // The end of the connection releases the lock.
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

function findPending(
  migrations: readonly Migration[],
  recorded: readonly RecordedMigration[],
  report: (line: string) => void,
): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { name, checksum, finished } of recorded) {
    const migration = known.get(name);
    if (!finished) {
      throw new CommandError(
        `The migration ${name} failed part-way in this database.`,
        `Repair the schema manually, then run npx prisma migrate resolve --applied ${name}, or --rolled-back ${name}.`,
      );
    }
    if (!migration) {
      // A newer build has migrated it; migrations only add, so that this build still works.
      report(`The database already has ${name}, which this build does not know.`);
    } else if (migration.checksum !== checksum) {
      throw new CommandError(
        `The migration ${name} was changed after it was applied to this database.`,
        'Restore its migration.sql from git and put the change into a new migration.',
      );
    }
  }
  const recordedNames = new Set(recorded.map(({ name }) => name));
  return migrations.filter(({ name }) => !recordedNames.has(name));
}

async function apply(client: Client, { name, sql, checksum }: Migration): Promise<void> {
  try {
    await client.query('BEGIN');
    await client.query(sql);
    await client.query(RECORD_APPLIED, [randomUUID(), name, checksum]);
    await client.query('COMMIT');
  } catch (error) {
    // The server rolls back in any case: the connection ends next.
    throw new CommandError(
      `The migration ${name} failed and was rolled back: ${error instanceof Error ? error.message : String(error)}.`,
      'Correct its migration.sql or the conflicting data, and migrate again.',
      { cause: error },
    );
  }
}

function summary(applied: number, total: number): string {
  if (applied === 0) return `The database is up to date (${total} ${total === 1 ? 'migration' : 'migrations'}).`;
  return `Applied ${applied} ${applied === 1 ? 'migration' : 'migrations'}.`;
}
