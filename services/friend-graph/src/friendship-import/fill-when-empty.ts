/** Fills an empty table without its indexes, and puts them back: much faster than keeping them up row by row. */
import { type Client, escapeIdentifier } from 'pg';

interface Definition {
  readonly name: string;
  /** As PostgreSQL itself would write it. */
  readonly definition: string;
}

const IS_EMPTY = (table: string) => `SELECT NOT EXISTS (SELECT FROM ${table}) AS empty`;
/** Not the foreign ones: dropping those would lock the tables they point to, and whoever writes there. */
const READ_KEYS = `
SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
WHERE conrelid = $1::regclass AND contype IN ('p', 'u')`;
const READ_INDEXES = `
SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
WHERE indrelid = $1::regclass
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)`;
/** Sorting for an index; given back when the transaction ends. */
const MORE_MEMORY = `SET LOCAL maintenance_work_mem = '256MB'`;

/**
 * If `table` is empty, runs `fill` while it has neither indexes nor unique keys, puts them back exactly as they were, and
 * answers true; otherwise does nothing and answers false. To be called in a transaction: nobody else reads the table
 * until that ends, and if a row violates a key, all of it fails.
 */
export async function fillWhenEmpty(client: Client, table: string, fill: () => Promise<void>): Promise<boolean> {
  if (!(await isEmpty(client, table))) return false;
  const name = escapeIdentifier(table);
  await client.query(`LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE`);
  // Somebody may have been quicker.
  if (!(await isEmpty(client, table))) return false;
  const { rows: keys } = await client.query<Definition>(READ_KEYS, [table]);
  const { rows: indexes } = await client.query<Definition>(READ_INDEXES, [table]);
  for (const key of keys) await client.query(`ALTER TABLE ${name} DROP CONSTRAINT ${escapeIdentifier(key.name)}`);
  for (const index of indexes) await client.query(`DROP INDEX ${index.name}`);
  await fill();
  await client.query(MORE_MEMORY);
  for (const key of keys) {
    await client.query(`ALTER TABLE ${name} ADD CONSTRAINT ${escapeIdentifier(key.name)} ${key.definition}`);
  }
  for (const index of indexes) await client.query(index.definition);
  return true;
}

async function isEmpty(client: Client, table: string): Promise<boolean> {
  const { rows } = await client.query<{ empty: boolean }>(IS_EMPTY(escapeIdentifier(table)));
  return rows[0]?.empty ?? false;
}
