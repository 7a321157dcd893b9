/** The watches of a session that may have to be told. The hot path. */
import type { Session } from './session.ts';
import type { Watch } from './watch.ts';

/**
 * A chain through the watches themselves (`Watch.nextPending`), the last one added first: a list of its own would be
 * allocated anew for each message, and be two more places in memory that nobody has looked at for long.
 */
export function addPending(session: Session, watch: Watch): void {
  // The last of the chain is its own next: null says that a watch is in none.
  watch.nextPending = session.firstPending ?? watch;
  session.firstPending = watch;
}

export function isPending(watch: Watch): boolean {
  return watch.nextPending !== null;
}

/** Takes one out, and goes on to the next: for whoever takes all, from `Session.firstPending` on, until null. */
export function takePending(watch: Watch): Watch | null {
  const { nextPending } = watch;
  watch.nextPending = null;
  return nextPending === watch ? null : nextPending;
}

/** Takes one out from wherever it is. */
export function removePending(session: Session, watch: Watch): void {
  if (!isPending(watch)) return;
  const others = allPending(session).filter((each) => each !== watch);
  for (const each of [...others, watch]) each.nextPending = null;
  session.firstPending = null;
  for (const each of others.reverse()) addPending(session, each);
}

/** All of them, in the order of the chain: a copy. */
export function allPending(session: Session): Watch[] {
  const all: Watch[] = [];
  for (let watch = session.firstPending; watch !== null; watch = watch.nextPending) {
    if (all.at(-1) === watch) break;
    all.push(watch);
  }
  return all;
}
