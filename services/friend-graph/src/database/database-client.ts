/** Prisma with every operation measured and traced, and with database failures reported as `CodedError`. */
import { asCodedError } from '@nearby-friends/protocol';
import type { Tracer } from '@nearby-friends/service-kit';
import type { PrismaClient } from '../generated/prisma/client.ts';
import { asDatabaseFailure } from './as-database-failure.ts';
import type { DatabaseMetrics } from './database-metrics.ts';

/** Prisma; while PostgreSQL is unavailable, operations reject with a `CodedError` `unavailable`. */
export type DatabaseClient = ReturnType<typeof createDatabaseClient>;

/** The same client inside a transaction. */
export type TransactionClient = Omit<
  DatabaseClient,
  '$connect' | '$disconnect' | '$extends' | '$on' | '$transaction' | '$use'
>;

interface DatabaseObserver {
  readonly metrics: DatabaseMetrics;
  readonly tracer: Tracer;
}

export function createDatabaseClient(prisma: PrismaClient, observer: DatabaseObserver) {
  return prisma.$extends({
    query: {
      $allOperations: ({ args, query }) => observeOperation(observer, () => query(args)),
    },
  });
}

/** Measures and traces `operate`, and translates its failure. */
export async function observeOperation<T>(
  { metrics, tracer }: DatabaseObserver,
  operate: () => Promise<T>,
): Promise<T> {
  const stopTimer = metrics.operationSeconds.startTimer();
  try {
    return await tracer.step('postgresql', { kind: 'client' }, operate);
  } catch (error) {
    const failure = asDatabaseFailure(error);
    metrics.operationsFailed.inc({ code: asCodedError(failure).code });
    throw failure;
  } finally {
    stopTimer();
  }
}
