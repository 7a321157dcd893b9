/** friend-graph's way to PostgreSQL: one bounded pool, with Prisma on top. */
import { asCodedError } from '@nearby-friends/protocol';
import {
  type Component,
  type Logger,
  Metrics,
  noTracer,
  type ReadinessCheck,
  type Tracer,
} from '@nearby-friends/service-kit';
import { PrismaPg } from '@prisma/adapter-pg';
import { Pool } from 'pg';
import { PrismaClient } from '../generated/prisma/client.ts';
import { asDatabaseFailure } from './database-failure.ts';
import { createDatabaseMetrics, type DatabaseMetrics } from './database-metrics.ts';
import { WriteProbe } from './write-probe.ts';

export interface DatabaseOptions {
  readonly databaseUrl: string;
  /** Most connections at once. */
  readonly poolSize: number;
  /** How long one query may take, including the wait for its answer over a dead network, ms. */
  readonly queryTimeoutMs: number;
  /** How long it may take to get a connection, new or from the pool, ms. */
  readonly connectTimeoutMs: number;
  /** Shown in `pg_stat_activity`. */
  readonly role: string;
  /** Without them nobody looks. */
  readonly metrics?: DatabaseMetrics;
  /** Without it nothing is traced. */
  readonly tracer?: Tracer;
  readonly logger: Logger;
}

export interface Database {
  readonly client: DatabaseClient;
  /**
   * Runs a prepared statement past Prisma, which has none: for the one read that every sign-on waits for, planning it
   * each time costs more than running it. Rejects as `client` does.
   */
  readPrepared<Row extends object>(statement: { name: string; text: string; values: unknown[] }): Promise<Row[]>;
  /** Waits for PostgreSQL to take writes, and closes the pool in the end. */
  readonly component: Component;
  readonly readiness: ReadinessCheck;
  /** Connections that are open, the most there may be, callers that wait for one; whether the last proof succeeded. */
  readonly load: { connections(): number; limit(): number; waiting(): number; isUp(): 0 | 1 };
}

/** Prisma; what PostgreSQL's absence makes fail is thrown as `CodedError` `unavailable`. */
export type DatabaseClient = ReturnType<typeof translateFailures>;

/** The same within a transaction. */
export type TransactionClient = Omit<
  DatabaseClient,
  '$connect' | '$disconnect' | '$extends' | '$on' | '$transaction' | '$use'
>;

/**
 * Whatever the server is set to: a commit that gateways have heard of must not be gone after a crash. They would hold
 * its version against every later change, because the sequence would count anew from before it.
 */
const COMMIT_DURABLY = 'SET synchronous_commit = on';

/** Nothing is connected yet; each connection is made when it is needed, and again after a loss. */
export function openDatabase(options: DatabaseOptions): Database {
  const { logger, metrics = createDatabaseMetrics(new Metrics()), tracer = noTracer } = options;
  const observer = { metrics, tracer };
  const pool = new Pool({
    connectionString: options.databaseUrl,
    application_name: options.role,
    max: options.poolSize,
    connectionTimeoutMillis: options.connectTimeoutMs,
    // The server gives up first; the client's limit is for a server or network that is silent.
    statement_timeout: options.queryTimeoutMs,
    query_timeout: options.queryTimeoutMs + 250,
    keepAlive: true,
    // The pool waits for it before it hands the connection out; its type does not say so.
    onConnect: (connection) => connection.query(COMMIT_DURABLY),
  });
  // An idle connection that is lost: the pool drops it and makes a new one when it needs one.
  pool.on('error', (error) => logger.warn({ reason: error.message }, 'an idle database connection was lost'));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool), errorFormat: 'minimal' });
  const client = translateFailures(prisma, observer);
  const probe = new WriteProbe({ client, logger });

  return {
    client,
    async readPrepared<Row extends object>(statement: { name: string; text: string; values: unknown[] }) {
      return (await observed(observer, () => pool.query<Row>(statement))).rows;
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
    readiness: { name: 'postgresql', check: () => probe.check() },
    load: {
      connections: () => pool.totalCount,
      limit: () => options.poolSize,
      waiting: () => pool.waitingCount,
      isUp: () => (probe.hasSucceeded ? 1 : 0),
    },
  };
}

function translateFailures(prisma: PrismaClient, observer: Observer) {
  return prisma.$extends({
    query: {
      $allOperations: ({ args, query }) => observed(observer, () => query(args)),
    },
  });
}

interface Observer {
  readonly metrics: DatabaseMetrics;
  readonly tracer: Tracer;
}

async function observed<T>({ metrics, tracer }: Observer, operate: () => Promise<T>): Promise<T> {
  const stopTimer = metrics.operationSeconds.startTimer();
  try {
    return await tracer.step('postgresql', { kind: 'asks' }, operate);
  } catch (error) {
    const failure = asDatabaseFailure(error);
    metrics.operationsFailed.inc({ code: asCodedError(failure).code });
    throw failure;
  } finally {
    stopTimer();
  }
}
