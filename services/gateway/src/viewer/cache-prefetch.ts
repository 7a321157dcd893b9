/** Loads memory that is about to be used into the processor's cache, many places at once. The hot path. */
import type { Session, Watch } from './session.ts';

/**
 * The sessions, watches and positions of a busy gateway are many times its caches. A processor waits for many places at
 * once as long as no address depends on another, so these loops only read; the code after them finds its data in the
 * cache. They decide nothing (decision 10). The sum is kept so that no compiler drops the loads.
 */
const kept = { sum: 0 };

/** For the viewers of a friend who has moved. */
export function prefetchViewers(watches: readonly Watch[]): void {
  let sum = 0;
  for (let place = 0; place < watches.length; place++) {
    const { session, lastSentVersion } = watches[place] as Watch;
    sum = (sum + lastSentVersion + session.latMicro + (session.dueTick ?? 0)) | 0;
  }
  kept.sum = sum;
}

/** For sessions that are about to be flushed, and their pending watches. */
export function prefetchDue(sessions: readonly Session[], from: number, to: number): void {
  let sum = 0;
  let chains = 0;
  for (let place = from; place < to; place++) {
    const { liveOwn, firstPending, transport, safeRegion, throttledUntil } = sessions[place] as Session;
    sum =
      (sum +
        (liveOwn?.lat ?? 0) +
        (liveOwn?.lng ?? 0) +
        throttledUntil +
        (safeRegion?.prefetch() ?? 0) +
        transport.prefetch()) |
      0;
    if (firstPending !== null) reached[chains++] = firstPending;
  }
  kept.sum = sum;
  prefetchPending(chains);
  // Otherwise a watch that is gone would be retained here.
  reached.fill(null);
}

/** How far along the list of each session {@link prefetchPending} is. */
const reached: (Watch | null)[] = [];

/** One step along every list at a time: the address of a list's next watch is known only after the load before it. */
function prefetchPending(chains: number): void {
  let sum = 0;
  for (let left = chains; left > 0; ) {
    let on = 0;
    for (let place = 0; place < left; place++) {
      const watch = reached[place] as Watch;
      const { latest, exactText } = watch.subject;
      sum = (sum + (latest?.position.lat ?? 0) + (exactText?.length ?? 0)) | 0;
      // The last watch points to itself.
      if (watch.nextPending !== null && watch.nextPending !== watch) reached[on++] = watch.nextPending;
    }
    left = on;
  }
  kept.sum = sum;
}
