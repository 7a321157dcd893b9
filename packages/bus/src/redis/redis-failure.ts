/** Tells an outage of Redis from a bug, for handlers of requests. */
import { CodedError } from '@nearby-friends/protocol';

/** Beginnings of what Redis replies while it cannot do its work; other error replies are to commands that are wrong. */
const OUTAGE_REPLIES = /^(?:LOADING|OOM|MISCONF|READONLY|MASTERDOWN|CLUSTERDOWN|NOREPLICAS|TRYAGAIN|BUSY)\b/;
/** Of JavaScript itself: thrown before anything is sent. */
const BUGS = new Set(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError']);

/** The result of `work` with Redis; while Redis is unavailable it rejects with a `CodedError` `unavailable`. */
export async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw isOutage(error)
      ? new CodedError('unavailable', 'Redis is away. Try again in a moment.', { cause: error })
      : error;
  }
}

/**
 * What ioredis throws for a connection that is lost or was never there has several types, and mostly none. Checked by name and not
 * by class: under a test runner, Node's own errors belong to another realm.
 */
function isOutage(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('name' in error) || error instanceof CodedError) return false;
  if (error.name === 'ReplyError') return OUTAGE_REPLIES.test('message' in error ? String(error.message) : '');
  return !BUGS.has(String(error.name));
}
