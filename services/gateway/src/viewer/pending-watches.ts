/** The watches of a session that may have a change to send. The hot path. */
import type { PendingLink, PendingSlice, Watch } from './session.ts';

/**
 * A linked list through the watches themselves (`Watch.nextPending`), newest first: an array would be allocated for each
 * message, and be one more cold object to wait for.
 */
export function addPending(session: PendingSlice, watch: Watch & PendingLink): void {
  // The last watch points to itself: null means that a watch is in no list.
  watch.nextPending = session.firstPending ?? watch;
  session.firstPending = watch;
}

export function isPending(watch: Watch): boolean {
  return watch.nextPending !== null;
}

/** Empties the list and returns its first watch. The caller takes out each with {@link takePending}. */
export function takeFirstPending(session: PendingSlice): Watch | null {
  const first = session.firstPending;
  session.firstPending = null;
  return first;
}

/** Takes out a watch and returns the next one, or null after the last. */
export function takePending(watch: Watch & PendingLink): Watch | null {
  const { nextPending } = watch;
  watch.nextPending = null;
  return nextPending === watch ? null : nextPending;
}

export function clearPending(session: PendingSlice): void {
  for (let watch = takeFirstPending(session); watch !== null; ) watch = takePending(watch);
}

/** Takes out one watch from anywhere in the list. */
export function removePending(session: PendingSlice, watch: Watch): void {
  if (!isPending(watch)) return;
  const others = allPending(session).filter((each) => each !== watch);
  clearPending(session);
  for (const each of others.reverse()) addPending(session, each);
}

/** A copy of the list, in its order. */
export function allPending(session: Readonly<PendingSlice>): Watch[] {
  const all: Watch[] = [];
  for (let watch = session.firstPending; watch !== null; watch = watch.nextPending) {
    if (all.at(-1) === watch) break;
    all.push(watch);
  }
  return all;
}
