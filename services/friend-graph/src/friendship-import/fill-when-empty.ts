/** Fills an empty table without its indexes and recreates them: much faster than maintaining them per row. */
import { type Client, escapeIdentifier } from 'pg';

interface Definition {
  readonly name: string;
  /** In the text form of PostgreSQL. */
  readonly definition: string;
}

interface Reference extends Definition {
  /** Quoted where it must be. */
  readonly table: string;
}

const IS_EMPTY = (table: string) => `SELECT NOT EXISTS (SELECT FROM ${table}) AS empty`;
/** Without foreign keys: dropping one would lock the referenced table and block its writers. */
const READ_KEYS = `
SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
WHERE conrelid = $1::regclass AND contype IN ('p', 'u')`;
/** Of other tables, which hold this one's keys; they have no rows either. */
const READ_REFERENCES = `
SELECT conrelid::regclass::text AS table, conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
WHERE confrelid = $1::regclass AND conrelid <> confrelid AND contype = 'f'`;
const READ_INDEXES = `
SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
WHERE indrelid = $1::regclass
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)`;
/** Memory to sort for an index; reset at the end of the transaction. */
const MORE_MEMORY = `SET LOCAL maintenance_work_mem = '256MB'`;

/**
 * If `table` is empty, drops its indexes and unique keys and the references to them, runs `fill`, recreates them and returns true; otherwise does
 * nothing and returns false. Call it in a transaction: other sessions cannot read the table until it ends, and a row
 * that violates a key fails all of it.
 */
export async function fillWhenEmpty(client: Client, table: string, fill: () => Promise<void>): Promise<boolean> {
  if (!(await isEmpty(client, table))) return false;
  const name = escapeIdentifier(table);
  await client.query(`LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE`);
  // Another session may have filled it before the lock.
  if (!(await isEmpty(client, table))) return false;
  const { rows: keys } = await client.query<Definition>(READ_KEYS, [table]);
  const { rows: references } = await client.query<Reference>(READ_REFERENCES, [table]);
  const { rows: indexes } = await client.query<Definition>(READ_INDEXES, [table]);
  for (const other of references) {
    await client.query(`ALTER TABLE ${other.table} DROP CONSTRAINT ${escapeIdentifier(other.name)}`);
  }
  for (const key of keys) await client.query(`ALTER TABLE ${name} DROP CONSTRAINT ${escapeIdentifier(key.name)}`);
  for (const index of indexes) await client.query(`DROP INDEX ${index.name}`);
  await fill();
  await client.query(MORE_MEMORY);
  for (const key of keys) {
    await client.query(`ALTER TABLE ${name} ADD CONSTRAINT ${escapeIdentifier(key.name)} ${key.definition}`);
  }
  for (const index of indexes) await client.query(index.definition);
  for (const other of references) {
    await client.query(`ALTER TABLE ${other.table} ADD CONSTRAINT ${escapeIdentifier(other.name)} ${other.definition}`);
  }
  return true;
}

async function isEmpty(client: Client, table: string): Promise<boolean> {
  const { rows } = await client.query<{ empty: boolean }>(IS_EMPTY(escapeIdentifier(table)));
  return rows[0]?.empty ?? false;
}
