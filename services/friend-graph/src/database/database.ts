/** Connection of friend-graph to PostgreSQL: one bounded pool with Prisma on top. */
import {
  type Component,
  type Logger,
  Metrics,
  noTracer,
  type ReadinessCheck,
  type Tracer,
} from '@nearby-friends/service-kit';
import { PrismaPg } from '@prisma/adapter-pg';
import { type ClientBase, Pool } from 'pg';
import { describeFailure } from '../connection/describe-failure.ts';
import { checkOwnSession } from '../connection/own-session.ts';
import { PrismaClient } from '../generated/prisma/client.ts';
import { createDatabaseClient, type DatabaseClient, observeOperation } from './database-client.ts';
import { createDatabaseMetrics, type DatabaseMetrics, type PoolState } from './database-metrics.ts';
import { WriteProbe } from './write-probe.ts';

interface DatabaseOptions {
  readonly databaseUrl: string;
  /** Maximum number of connections. */
  readonly poolSize: number;
  /** Maximum duration of one query, including the wait for its result over a dead network, ms. */
  readonly queryTimeoutMs: number;
  /** Maximum wait for a connection, new or from the pool, ms. */
  readonly connectTimeoutMs: number;
  /** Shown in `pg_stat_activity`. */
  readonly role: string;
  /** Default: a registry that is not scraped. */
  readonly metrics?: DatabaseMetrics;
  /** Default: no tracing. */
  readonly tracer?: Tracer;
  readonly logger: Logger;
}

interface PreparedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

export interface Database {
  readonly client: DatabaseClient;
  /**
   * Runs a named prepared statement on the pool directly, because Prisma has none: every sign-on waits for this read,
   * and planning it each time costs more than running it. Rejects as `client` does.
   */
  readPrepared<Row extends object>(statement: PreparedStatement): Promise<Row[]>;
  /** Waits at start until PostgreSQL accepts writes, or rejects with a `SharedSessionError`; closes the pool at stop. */
  readonly component: Component;
  readonly readiness: ReadinessCheck;
  readonly pool: PoolState;
}

/**
 * Overrides the server's setting: a commit whose event was published must survive a crash. Otherwise the sequence would
 * repeat its version, and gateways would reject every later change with a version they have already seen. By a query and
 * not with the start of the connection: PgBouncer refuses settings there unless it is told to ignore them.
 */
async function configureSession(connection: ClientBase, queryTimeoutMs: number): Promise<void> {
  await connection.query(`SET synchronous_commit = on; SET statement_timeout = ${queryTimeoutMs}`);
}

/** The server's own timeout fires first; the client's limit covers a server or network that does not respond. */
const CLIENT_TIMEOUT_MARGIN_MS = 250;

/** Opens no connection yet: connections are made when needed, and again after a loss. */
export function openDatabase(options: DatabaseOptions): Database {
  const { logger, metrics = createDatabaseMetrics(new Metrics()), tracer = noTracer } = options;
  const observer = { metrics, tracer };
  const pool = new Pool({
    connectionString: options.databaseUrl,
    application_name: options.role,
    max: options.poolSize,
    connectionTimeoutMillis: options.connectTimeoutMs,
    query_timeout: options.queryTimeoutMs + CLIENT_TIMEOUT_MARGIN_MS,
    keepAlive: true,
    // The pool awaits the result before it hands out the connection, although its type does not say so.
    onConnect: (connection) => configureSession(connection, options.queryTimeoutMs),
  });
  // The pool drops the lost connection and opens a new one when needed.
  pool.on('error', (error) => logger.warn({ reason: error.message }, 'idle database connection lost'));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool), errorFormat: 'minimal' });
  const client = createDatabaseClient(prisma, observer);
  const checkSession = () =>
    checkOwnSession({
      databaseUrl: options.databaseUrl,
      role: options.role,
      timeoutMs: options.connectTimeoutMs,
    });
  const probe = new WriteProbe({ client, logger, checkSession });

  return {
    client,
    async readPrepared<Row extends object>(statement: PreparedStatement) {
      return (await observeOperation(observer, () => pool.query<Row>(statement))).rows;
    },
    component: {
      name: 'database',
      start: () => probe.whenWritable(),
      async stop() {
        probe.stop();
        await prisma.$disconnect();
        await pool.end();
      },
    },
    readiness: {
      name: 'postgresql',
      async check() {
        try {
          await probe.check();
        } catch (error) {
          throw new Error(describeFailure(error).reason, { cause: error });
        }
      },
    },
    pool: {
      connections: () => pool.totalCount,
      limit: () => options.poolSize,
      waiting: () => pool.waitingCount,
      isUp: () => (probe.hasSucceeded ? 1 : 0),
    },
  };
}
