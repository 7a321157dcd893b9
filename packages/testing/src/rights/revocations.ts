/** The ways in which a subject revokes a viewer's grant, and gives it back. */
import { setTimeout as delay } from 'node:timers/promises';
import { type ApiClient, RETRY_MS } from '../stack/api-client.ts';
import type { Pair, Revocation } from './rights-trial.ts';

/** How far ahead an end is set that runs out by itself, ms. */
const RUNS_OUT_IN_MS = 400;

export function revocations(api: ApiClient): readonly Revocation[] {
  const befriendAgain = async ({ subject, viewer }: Pair) => {
    await api.callUntilAccepted(subject, 'POST', '/friend-requests', { to: viewer });
    await api.callUntilAccepted(viewer, 'POST', `/friend-requests/${subject}/accept`);
  };
  const grant = ({ subject, viewer }: Pair, granted: object) =>
    api.callUntilAccepted(subject, 'PUT', `/viewers/${viewer}`, granted);
  const exactAgain = async (pair: Pair) => void (await grant(pair, { precision: 'exact' }));
  return [
    {
      name: 'revoke',
      isWithheld: false,
      revoke: async ({ subject, viewer }) => {
        await api.callUntilAccepted(subject, 'DELETE', `/friends/${viewer}`);
        return null;
      },
      giveBack: befriendAgain,
    },
    {
      name: 'block',
      isWithheld: true,
      revoke: async ({ subject, viewer }) => {
        await api.callUntilAccepted(subject, 'POST', '/blocks', { userId: viewer });
        return null;
      },
      giveBack: async (pair) => {
        await api.callUntilAccepted(pair.subject, 'DELETE', `/blocks/${pair.viewer}`);
        await befriendAgain(pair);
      },
    },
    {
      name: 'pause',
      isWithheld: true,
      revoke: async ({ subject }) => {
        await api.callUntilAccepted(subject, 'PUT', '/me/sharing', { paused: true });
        return null;
      },
      giveBack: async ({ subject }) =>
        void (await api.callUntilAccepted(subject, 'PUT', '/me/sharing', { paused: false })),
    },
    {
      name: 'hide',
      isWithheld: true,
      revoke: async (pair) => {
        await grant(pair, { precision: 'hidden' });
        return null;
      },
      giveBack: exactAgain,
    },
    {
      name: 'until runs out',
      isWithheld: true,
      revoke: async ({ subject, viewer }) => {
        for (let aheadMs = RUNS_OUT_IN_MS; ; ) {
          const until = Date.now() + aheadMs;
          const { status } = await api.request(subject, 'PUT', `/viewers/${viewer}`, { precision: 'exact', until });
          // The end may pass while the call is under way: the promise holds from the response on.
          if (status === 200) return Math.max(until, Date.now());
          // On a busy machine the end may be past when the request arrives.
          if (status === 400) aheadMs *= 2;
          else if (status === 503) await delay(RETRY_MS);
          else throw new Error(`PUT /viewers: ${status}`);
        }
      },
      giveBack: exactAgain,
    },
  ];
}
