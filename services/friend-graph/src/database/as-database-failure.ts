/** Distinguishes an unavailable PostgreSQL from a faulty query, at each of the three layers that report failures. */
import { CodedError } from '@nearby-friends/protocol';
import { DatabaseError } from 'pg';
import { Prisma } from '../generated/prisma/client.ts';

/** Kinds under which Prisma's adapter reports a failed connection. */
const CONNECTION_KINDS = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections']);

/**
 * SQLSTATE classes and codes (PostgreSQL manual, appendix A) that are independent of the query: connection lost (08),
 * invalid login (28), conflicting transaction (40), insufficient resources (53), shutdown or timeout (57),
 * system error (58), read-only server (25006), unknown database (3D000).
 */
const TRANSIENT_STATES = /^(08...|28...|40...|53...|57...|58...|25006|3D000)$/;

/** Prisma's codes of a transaction that got no connection in time or took too long, and of a deadlock. */
const TRANSACTION_CODES = new Set(['P2028', 'P2034']);
/** Serialization failure and deadlock: the same transaction succeeds at its next attempt. */
const WRITE_CONFLICT_STATES = new Set(['40001', '40P01']);

/** Whether PostgreSQL aborted the transaction in favour of another one. */
export function isWriteConflict(error: unknown): boolean {
  const cause = error instanceof CodedError ? error.cause : error;
  if (!(cause instanceof Prisma.PrismaClientKnownRequestError)) return false;
  return cause.code === 'P2034' || WRITE_CONFLICT_STATES.has(driverCause(cause).originalCode ?? '');
}

/** A `CodedError` `unavailable` with `error` as its cause if the same call may succeed later; otherwise `error`. */
export function asDatabaseFailure(error: unknown): unknown {
  if (!isTransient(error)) return error;
  return new CodedError('unavailable', 'The database is unavailable. Try again in a moment.', { cause: error });
}

function isTransient(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientKnownRequestError) {
    const { kind, originalCode } = driverCause(error);
    if (TRANSACTION_CODES.has(error.code)) return true;
    return CONNECTION_KINDS.has(kind ?? '') || TRANSIENT_STATES.test(originalCode ?? '');
  }
  // The server's message to the driver.
  if (error instanceof DatabaseError) return TRANSIENT_STATES.test(error.code ?? '');
  // The driver reports lost, unresponsive or missing connections as plain errors, which Prisma passes on.
  // Checked by name and not by class: under a test runner, Node's own errors belong to another realm.
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'Error';
}

function driverCause(error: Prisma.PrismaClientKnownRequestError): { kind?: string; originalCode?: string } {
  const adapterError = error.meta?.['driverAdapterError'];
  if (typeof adapterError !== 'object' || adapterError === null || !('cause' in adapterError)) return {};
  return (adapterError.cause ?? {}) as { kind?: string; originalCode?: string };
}
