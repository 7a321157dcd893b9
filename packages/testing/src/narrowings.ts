/** The ways in which a subject takes a right from a viewer, and gives it back. */
import type { ApiClient } from './api-client.ts';
import type { Narrowing, Pair } from './rights-trial.ts';

/** How far ahead an end is set that is to run out by itself, ms. */
const RUNS_OUT_IN_MS = 400;

export function narrowings(api: ApiClient): readonly Narrowing[] {
  const befriendAgain = async ({ subject, viewer }: Pair) => {
    await api.callUntilTaken(subject, 'POST', '/friend-requests', { to: viewer });
    await api.callUntilTaken(viewer, 'POST', `/friend-requests/${subject}/accept`);
  };
  const grant = ({ subject, viewer }: Pair, granted: object) =>
    api.callUntilTaken(subject, 'PUT', `/viewers/${viewer}`, granted);
  const exactAgain = async (pair: Pair) => void (await grant(pair, { precision: 'exact' }));
  return [
    {
      name: 'revoke',
      take: async ({ subject, viewer }) => {
        await api.callUntilTaken(subject, 'DELETE', `/friends/${viewer}`);
        return null;
      },
      giveBack: befriendAgain,
    },
    {
      name: 'block',
      take: async ({ subject, viewer }) => {
        await api.callUntilTaken(subject, 'POST', '/blocks', { userId: viewer });
        return null;
      },
      giveBack: async (pair) => {
        await api.callUntilTaken(pair.subject, 'DELETE', `/blocks/${pair.viewer}`);
        await befriendAgain(pair);
      },
    },
    {
      name: 'pause',
      take: async ({ subject }) => {
        await api.callUntilTaken(subject, 'PUT', '/me/sharing', { paused: true });
        return null;
      },
      giveBack: async ({ subject }) =>
        void (await api.callUntilTaken(subject, 'PUT', '/me/sharing', { paused: false })),
    },
    {
      name: 'hide',
      take: async (pair) => {
        await grant(pair, { precision: 'hidden' });
        return null;
      },
      giveBack: exactAgain,
    },
    {
      name: 'until runs out',
      take: async ({ subject, viewer }) => {
        // On a busy machine the end may be over when it is heard of; then it was no end to set.
        for (let aheadMs = RUNS_OUT_IN_MS; ; aheadMs *= 2) {
          const until = Date.now() + aheadMs;
          const { status } = await api.ask(subject, 'PUT', `/viewers/${viewer}`, { precision: 'exact', until });
          // The end may pass while the call is under way: what is promised is promised from the answer on.
          if (status === 200) return Math.max(until, Date.now());
          if (status !== 400 && status !== 503) throw new Error(`PUT /viewers: ${status}`);
        }
      },
      giveBack: exactAgain,
    },
  ];
}
