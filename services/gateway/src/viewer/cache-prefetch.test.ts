import { expect, it } from '@jest/globals';
import { type Grant, type PositionRecord, parseUserId } from '@nearby-friends/protocol';
import { ManualClock } from '@nearby-friends/service-kit';
import { FriendBoard } from '../friends/friend-board.ts';
import { testSession } from '../test-support/test-session.ts';
import { prefetchDue, prefetchViewers } from './cache-prefetch.ts';
import { addPending, allPending } from './pending-watches.ts';
import type { Session, Watch } from './session.ts';
import { setLatest } from './subject.ts';

const EXACT: Grant = { precision: 'exact', until: null };
const nothing = (): void => undefined;
const board = new FriendBoard({
  ttlMs: 1_000,
  redisNow: () => 0,
  clock: new ManualClock(),
  delivery: { consider: nothing, considerUrgent: nothing, grantChanged: nothing },
  onExpired: nothing,
  onGrantEnded: nothing,
});

function pendingWatch(session: Session, friend: string, latest: PositionRecord | null): Watch {
  const watch = board.watch(session, parseUserId(friend), { grant: EXACT, version: 1 });
  setLatest(watch.subject, latest);
  addPending(session, watch);
  return watch;
}

it('leaves chains of every length as they are, live sessions or closed, known positions or none', () => {
  const sessions = Array.from({ length: 5 }, () => testSession().session);
  const chains = sessions.map((session, length) =>
    Array.from({ length }, (_, n) =>
      pendingWatch(session, `friend-${length}-${n}`, n % 2 ? null : { at: 1, position: { lat: 1.5, lng: 2.5 } }),
    ).reverse(),
  );
  sessions[0]?.move({ lat: 50, lng: 14 }, 1);
  sessions[0]?.goLive();
  sessions[2]?.close();
  chains[2] = [];

  prefetchDue(sessions, 0, sessions.length);
  // Fewer than before, as at the next tick.
  prefetchDue(sessions, 3, 4);
  for (const watch of chains.flat()) prefetchViewers(watch.subject.watches);

  expect(sessions.map(allPending)).toEqual(chains);
});
