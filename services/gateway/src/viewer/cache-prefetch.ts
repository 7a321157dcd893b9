/** Has the processor fetch what is about to be looked at, many places at once instead of each when it is needed. The hot path. */
import type { Session } from './session.ts';
import type { Watch } from './watch.ts';

/**
 * Sessions, watches and positions of a busy gateway are many times its caches, so most of them have to be waited for. A
 * processor waits for many at once as long as nothing stands between: these loops do nothing but look, and what follows finds
 * its data at hand. They decide nothing (decision 10); what they come to is kept, so that no compiler leaves them out.
 */
const kept = { sum: 0 };

/** A friend has moved: what every viewer is asked for. */
export function prefetchViewers(watches: readonly Watch[]): void {
  let sum = 0;
  for (let place = 0; place < watches.length; place++) {
    const { session, lastSentVersion } = watches[place] as Watch;
    sum = (sum + lastSentVersion + session.latMicro + (session.dueTick ?? 0)) | 0;
  }
  kept.sum = sum;
}

/** These sessions are about to be told: what is looked at first, and all that waits for them. */
export function prefetchDue(sessions: readonly Session[], from: number, to: number): void {
  let sum = 0;
  let chains = 0;
  for (let place = from; place < to; place++) {
    const { liveOwn, firstPending, transport, reach, throttledUntil } = sessions[place] as Session;
    sum =
      (sum +
        (liveOwn?.lat ?? 0) +
        (liveOwn?.lng ?? 0) +
        throttledUntil +
        (reach?.fetch() ?? 0) +
        transport.prefetch()) |
      0;
    if (firstPending !== null) reached[chains++] = firstPending;
  }
  kept.sum = sum;
  prefetchPending(chains);
  // Nobody is to be held here who has gone.
  reached.fill(null);
}

/** How far along the chain of each session {@link prefetchPending} is. */
const reached: (Watch | null)[] = [];

/** One step along every chain at a time: a chain's next place is known only once the one before has been fetched. */
function prefetchPending(chains: number): void {
  let sum = 0;
  for (let left = chains; left > 0; ) {
    let on = 0;
    for (let place = 0; place < left; place++) {
      const watch = reached[place] as Watch;
      const { latest, exactText } = watch.subject;
      sum = (sum + (latest?.position.lat ?? 0) + (exactText?.length ?? 0)) | 0;
      // The last of the chain is its own next.
      if (watch.nextPending !== null && watch.nextPending !== watch) reached[on++] = watch.nextPending;
    }
    left = on;
  }
  kept.sum = sum;
}
