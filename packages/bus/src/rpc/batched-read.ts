/** Gathers reads of single values into requests of many. */
import type { Clock } from '@nearby-friends/service-kit';
import DataLoader from 'dataloader';
import { BatchLimiter } from './batch-limiter.ts';

/** Reads within this time share a request; while the maximum of requests is under way they wait for one to end. */
const GATHER_MS = 5;
const MAX_CONCURRENT = 2;

/**
 * Every value is read after the call that returns it. Reads of the same key share one until its batch is sent: after a loss
 * each friend who becomes active causes a read of the viewer, and sign-ons would wait behind all of them.
 */
export function batchedRead<Key, Value>(
  clock: Clock,
  maxBatchSize: number,
  readAll: (keys: readonly Key[]) => Promise<(Value | Error)[]>,
): (key: Key) => Promise<Value> {
  const limiter = new BatchLimiter({ clock, gatherMs: GATHER_MS, maxConcurrent: MAX_CONCURRENT });
  const gathering = new Map<Key, Promise<Value>>();
  const send = (keys: readonly Key[]): Promise<(Value | Error)[]> => {
    for (const key of keys) gathering.delete(key);
    return readAll(keys);
  };
  const loader = new DataLoader<Key, Value>((keys) => limiter.run(() => send(keys)), {
    cache: false,
    batchScheduleFn: (dispatch) => limiter.schedule(dispatch),
    maxBatchSize,
  });
  return (key) => {
    const value = gathering.get(key) ?? loader.load(key);
    gathering.set(key, value);
    return value;
  };
}
