/** Gives each test its own database: one PostgreSQL per test file, copies of one migrated template on it. */
import { createDatabase, type Database, type Postgres, startPostgres } from '@nearby-friends/local-stack';

export interface TestPostgres {
  /** For the ways of failing that a test needs: stopped, frozen, restarted. */
  readonly server: Postgres;
  /** A new database with the schema and nothing in it, in about 15 ms. Gone with {@link stop}. */
  freshDatabase(): Promise<Database>;
  /** Ends the server and removes all its data. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL and lets `prepare` (the migrations) run once, on the template. Each test file starts its own in
 * `beforeAll` and stops it in `afterAll`: Jest's workers then share nothing, and what a killed run leaves behind is
 * ended by the next start.
 */
export async function startTestPostgres(options: {
  prepare: (databaseUrl: string) => Promise<unknown>;
}): Promise<TestPostgres> {
  const server = await startPostgres();
  try {
    const template = await createDatabase(server.url);
    await options.prepare(template.url);
    return {
      server,
      freshDatabase: () => createDatabase(server.url, { template: template.name }),
      stop: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
