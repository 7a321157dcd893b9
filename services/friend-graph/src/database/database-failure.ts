/** Tells "PostgreSQL is away" from "this code is wrong", whatever of the three layers below says it. */
import { CodedError } from '@nearby-friends/protocol';
import { Prisma } from '../generated/prisma/client.ts';

/** Kinds under which Prisma's adapter reports a connection that failed. */
const CONNECTION_KINDS = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections']);

/**
 * SQLSTATE classes and codes (PostgreSQL manual, appendix A) that say nothing about the query: connection lost (08),
 * wrong login (28), another transaction in the way (40), resources (53), shutting down or too slow (57),
 * disk trouble (58), a server that only reads (25006), a database that is not there (3D000).
 */
const PASSING_STATES = /^(08...|28...|40...|53...|57...|58...|25006|3D000)$/;

/**
 * A `CodedError` `unavailable`, with the error as its cause, when the same call may succeed later; anything else as it
 * came.
 */
export function asDatabaseFailure(error: unknown): unknown {
  if (!isPassing(error)) return error;
  return new CodedError('unavailable', 'The database does not answer just now. Try again in a moment.', {
    cause: error,
  });
}

function isPassing(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientKnownRequestError) {
    const { kind, originalCode } = driverCause(error);
    return CONNECTION_KINDS.has(kind ?? '') || PASSING_STATES.test(originalCode ?? '');
  }
  // What the driver says of lost, silent or missing connections it says in plain errors, which Prisma passes on.
  // By name rather than by class: under a test runner, Node's own errors belong to another realm.
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'Error';
}

function driverCause(error: Prisma.PrismaClientKnownRequestError): { kind?: string; originalCode?: string } {
  const adapterError = error.meta?.['driverAdapterError'];
  if (typeof adapterError !== 'object' || adapterError === null || !('cause' in adapterError)) return {};
  return (adapterError.cause ?? {}) as { kind?: string; originalCode?: string };
}
