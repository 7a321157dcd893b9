/** Tells "PostgreSQL is away" from "this code is wrong", whatever of the three layers below says it. */
import { CodedError } from '@nearby-friends/protocol';
import { DatabaseError } from 'pg';
import { Prisma } from '../generated/prisma/client.ts';

/** Kinds under which Prisma's adapter reports a connection that failed. */
const CONNECTION_KINDS = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections']);

/**
 * SQLSTATE classes and codes (PostgreSQL manual, appendix A) that say nothing about the query: connection lost (08),
 * wrong login (28), another transaction in the way (40), resources (53), shutting down or too slow (57),
 * disk trouble (58), a server that only reads (25006), a database that is not there (3D000).
 */
const PASSING_STATES = /^(08...|28...|40...|53...|57...|58...|25006|3D000)$/;

/** Prisma's own codes of a transaction that found no connection in time, or took too long; and of a deadlock. */
const TRANSACTION_CODES = new Set(['P2028', 'P2034']);
/** Deadlock, or another transaction was first: the same again will do. */
const WRITE_CONFLICT_STATES = new Set(['40001', '40P01']);

/** Whether a transaction was ended in favour of another one, whatever layer says it. */
export function isWriteConflict(error: unknown): boolean {
  const cause = error instanceof CodedError ? error.cause : error;
  if (!(cause instanceof Prisma.PrismaClientKnownRequestError)) return false;
  return cause.code === 'P2034' || WRITE_CONFLICT_STATES.has(driverCause(cause).originalCode ?? '');
}

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
    if (TRANSACTION_CODES.has(error.code)) return true;
    return CONNECTION_KINDS.has(kind ?? '') || PASSING_STATES.test(originalCode ?? '');
  }
  // What the server says to the driver itself.
  if (error instanceof DatabaseError) return PASSING_STATES.test(error.code ?? '');
  // What the driver says of lost, silent or missing connections it says in plain errors, which Prisma passes on.
  // By name rather than by class: under a test runner, Node's own errors belong to another realm.
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'Error';
}

function driverCause(error: Prisma.PrismaClientKnownRequestError): { kind?: string; originalCode?: string } {
  const adapterError = error.meta?.['driverAdapterError'];
  if (typeof adapterError !== 'object' || adapterError === null || !('cause' in adapterError)) return {};
  return (adapterError.cause ?? {}) as { kind?: string; originalCode?: string };
}
