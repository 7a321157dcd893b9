import { expect, it } from '@jest/globals';
import { type Grant, parseUserId, SHARING } from '@nearby-friends/protocol';
import { fetchDue, fetchViewers } from './fetch-ahead.ts';
import { addPending, allPending } from './pending-watches.ts';
import type { Session } from './session.ts';
import { testSession } from './test-support/test-session.ts';
import { NONE_TOLD, type Watch } from './watch.ts';

const EXACT: Grant = { precision: 'exact', until: null };

function pendingWatch(session: Session, friend: string, latest: Watch['subject']['latest']): Watch {
  const watch: Watch = {
    session,
    subject: {
      user: parseUserId(friend),
      latest,
      version: 1,
      gridPlace: null,
      exactText: null,
      gridText: null,
      sharing: SHARING,
      sharingVersion: 0,
      watches: [],
    },
    grant: EXACT,
    version: 1,
    isTold: false,
    toldVersion: 0,
    toldCentimetres: NONE_TOLD,
    nextPending: null,
  };
  watch.subject.watches.push(watch);
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
  sessions[0]?.move(50, 14, 1);
  sessions[0]?.goLive();
  sessions[2]?.close();
  chains[2] = [];

  fetchDue(sessions, 0, sessions.length);
  // Fewer than before, as at the next tick.
  fetchDue(sessions, 3, 4);
  for (const watch of chains.flat()) fetchViewers(watch.subject.watches);

  expect(sessions.map(allPending)).toEqual(chains);
});
