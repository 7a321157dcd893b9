/** The PostgreSQL of a benchmark: one server, and one database with friendships per benchmark. */
import {
  createDatabase,
  type Database,
  migrate,
  type Postgres,
  REAL_ENTRY_POINTS,
  startPostgres,
} from '@nearby-friends/local-stack';
import { Client } from 'pg';
import { type GraphShape, makeGraph } from '../load/social-graph.ts';
import { USER_DIGITS, userName } from '../load/user-names.ts';

const EDGES_PER_STATEMENT = 20_000;

/** What is in a benchmark's database beside the friendships of its graph. */
export interface MorePeople {
  /** Further friends of each user, who never come online; they are befriended one way only. */
  readonly inactiveFriends: number;
}

/** How many there are in all, so that a tenth of all users is active, as a tenth of each one's friends is. */
function inactiveUsers(users: number, inactiveFriends: number): number {
  return inactiveFriends > 0 ? users * Math.min(9, inactiveFriends) : 0;
}

/** The indices of a viewer's friends who never come online; those of ordinary users and hubs are below `users`. */
export function inactiveFriendsOf(viewer: number, users: number, inactiveFriends: number): number[] {
  const inactive = inactiveUsers(users, inactiveFriends);
  return Array.from({ length: inactiveFriends }, (_, other) => users + ((viewer * 367 + other) % inactive));
}

export class BenchDatabase {
  readonly #server: Postgres;
  readonly #template: Database;

  private constructor(server: Postgres, template: Database) {
    this.#server = server;
    this.#template = template;
  }

  /** Starts the server and makes the schema once. */
  static async start(): Promise<BenchDatabase> {
    const server = await startPostgres();
    try {
      const template = await createDatabase(server.url);
      const lines: string[] = [];
      await migrate({
        entryPoint: REAL_ENTRY_POINTS.migrate,
        databaseUrl: template.url,
        onLine: (line) => lines.push(line),
      });
      return new BenchDatabase(server, template);
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** A new database with the users and friendships of that graph. */
  async withFriendships(shape: GraphShape, more: MorePeople = { inactiveFriends: 0 }): Promise<Database> {
    return await this.#create(async (client) => {
      await withoutIndexes(client, () => insertFriendships(client, shape, more));
      await client.query('ANALYZE users, edges');
    });
  }

  /**
   * A new database in which `users` people see `friends` others each, and the first `popular` of them `friendsOfPopular`.
   * PostgreSQL makes them up by itself: millions sent from here would take several times as long.
   */
  async withManyEdges(shape: ManyEdges, log: (line: string) => void): Promise<Database> {
    return await this.#create(async (client) => {
      await insertManyEdges(client, shape, log);
      log('indexes and statistics');
      await client.query('VACUUM (ANALYZE) users, edges');
      // Otherwise all that was just written is written to disk while it is measured.
      await client.query('CHECKPOINT');
    });
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }

  async #create(fill: (client: Client) => Promise<void>): Promise<Database> {
    const database = await createDatabase(this.#server.url, { template: this.#template.name });
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      // Millions of foreign keys are not looked up one by one: what is inserted is right by construction.
      await client.query('SET session_replication_role = replica');
      await fill(client);
    } finally {
      await client.end();
    }
    return database;
  }
}

export interface ManyEdges {
  readonly users: number;
  readonly friends: number;
  readonly popular: number;
  readonly friendsOfPopular: number;
}

/** Viewers whose edges one statement makes up. */
const VIEWERS_PER_STATEMENT = 500;
/** From one friend to the next; without a common factor with the usual numbers of users, so no friend comes twice. */
const STRIDE = 61;

async function insertManyEdges(client: Client, shape: ManyEdges, log: (line: string) => void): Promise<void> {
  const { users, friends, popular, friendsOfPopular } = shape;
  const name = (index: string): string => `'u' || lpad((${index})::text, ${USER_DIGITS}, '0')`;
  await client.query(`INSERT INTO users (id, display_name) SELECT ${name('i')}, 'x' FROM generate_series(0, $1) i`, [
    users - 1,
  ]);
  for (let from = 0; from < users; from += VIEWERS_PER_STATEMENT) {
    log(`${from} of ${users} people have their friends`);
    await client.query(
      `INSERT INTO edges (viewer_id, subject_id)
       SELECT ${name('i')}, ${name(`(i + step * ${STRIDE}) % $3`)}
       FROM generate_series($1::int, $2::int) i,
            LATERAL generate_series(1, CASE WHEN i < $4 THEN $5::int ELSE $6::int END) step
       ON CONFLICT DO NOTHING`,
      [from, Math.min(users, from + VIEWERS_PER_STATEMENT) - 1, users, popular, friendsOfPopular, friends],
    );
  }
}

/** Edges are inserted without indexes, which are made in the end: in less than half the time, tried with 800,000 of them. */
async function withoutIndexes(client: Client, work: () => Promise<void>): Promise<void> {
  const { rows: keys } = await client.query<{ name: string; definition: string }>(
    `SELECT conname AS name, pg_get_constraintdef(oid) AS definition
     FROM pg_constraint WHERE conrelid = 'edges'::regclass AND contype = 'p'`,
  );
  // With the references of other tables, which are not put back: they are empty, and nothing that is measured writes to them.
  for (const { name } of keys) await client.query(`ALTER TABLE edges DROP CONSTRAINT "${name}" CASCADE`);
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(
    "SELECT indexname AS name, indexdef AS definition FROM pg_indexes WHERE tablename = 'edges'",
  );
  for (const { name } of indexes) await client.query(`DROP INDEX "${name}"`);
  await work();
  await client.query("SET maintenance_work_mem = '256MB'");
  for (const { name, definition } of keys) {
    await client.query(`ALTER TABLE edges ADD CONSTRAINT "${name}" ${definition}`);
  }
  for (const { definition } of indexes) await client.query(definition);
}

async function insertFriendships(client: Client, shape: GraphShape, { inactiveFriends }: MorePeople): Promise<void> {
  const graph = makeGraph(shape);
  const inactive = inactiveUsers(graph.users, inactiveFriends);
  for (let from = 0; from < graph.users + inactive; from += EDGES_PER_STATEMENT) {
    const count = Math.min(EDGES_PER_STATEMENT, graph.users + inactive - from);
    const names = Array.from({ length: count }, (_, place) => userName(from + place));
    await client.query('INSERT INTO users (id, display_name) SELECT id, id FROM unnest($1::text[]) AS id', [names]);
  }
  let [viewers, subjects]: [string[], string[]] = [[], []];
  for (let viewer = 0; viewer < graph.users; viewer += 1) {
    const friends = [...graph.friendsOf(viewer), ...inactiveFriendsOf(viewer, graph.users, inactiveFriends)];
    subjects.push(...friends.map(userName));
    viewers.push(...friends.map(() => userName(viewer)));
    if (viewers.length < EDGES_PER_STATEMENT && viewer + 1 < graph.users) continue;
    const edges = [viewers, subjects];
    await client.query('INSERT INTO edges (viewer_id, subject_id) SELECT * FROM unnest($1::text[], $2::text[])', edges);
    [viewers, subjects] = [[], []];
  }
}
