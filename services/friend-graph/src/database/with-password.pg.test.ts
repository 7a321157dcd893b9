import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Postgres, startPostgres } from '@nearby-friends/local-stack';
import { Client } from 'pg';
import { withPassword } from './with-password.ts';

const PASSWORDS = ['/', '#', '?', '%', '%2f', '@', ':', 'a/b#c?d%e@f:g', '&=+ $,;', '\'"\\`{}[]|^<>', 'pässwörd'];

let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres();
}, 120_000);

afterAll(async () => {
  await postgres.stop();
});

describe('a password beside the address', () => {
  it.each(PASSWORDS)('%s reaches the server as it is', async (password) => {
    const url = withPassword(postgres.url, password);
    expect(new Client({ connectionString: url }).password).toBe(password);
    const client = new Client({ connectionString: url });
    await client.connect();
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await client.end();
  });

  it('does not replace the password of an address, and none changes nothing', () => {
    expect(withPassword('postgresql://ann:own@db/x', 'other')).toBe('postgresql://ann:own@db/x');
    expect(withPassword('postgresql://ann@db/x', '')).toBe('postgresql://ann@db/x');
    expect(withPassword('postgresql://ann@:5432/x', 'other')).toBe('postgresql://ann@:5432/x');
    expect(withPassword('postgresql://ann@db/x', undefined)).toBe('postgresql://ann@db/x');
  });
});
