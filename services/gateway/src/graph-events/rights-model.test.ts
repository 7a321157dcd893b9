/** Rights under every interleaving: whatever is said in whatever order, no position is sent that a heard event forbids. */
import { expect, it } from '@jest/globals';
import { isGranted, isPaused, parseUserId, SHARING } from '@nearby-friends/protocol';
import { RIGHTS_MODEL_RUNS } from '@nearby-friends/testing/tiers';
import fc from 'fast-check';
import { NOTICED_WITHIN_MS, RADIUS_METERS, RightsModel } from '../test-support/rights-model.ts';
import { FRIENDS, rightsStep, VIEWERS } from '../test-support/rights-steps.ts';

it('[G4] [G5] no position is sent that a heard event forbids, and in the end each list is what PostgreSQL says', async () => {
  let deliveries = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(rightsStep, { minLength: 20, maxLength: 120, size: 'max' }), async (steps) => {
      const model = new RightsModel();
      for (const action of steps) await model.take(action);
      await model.settle();
      const { nearby, sharing } = model.world;
      for (const name of VIEWERS) {
        const held = model.viewer(name).list.friends;
        for (const friendName of FRIENDS) {
          const subject = parseUserId(friendName);
          const grant = model.truth.get(`${name} ${friendName}`)?.grant;
          const pause = sharing.get(subject)?.sharing ?? SHARING;
          const maySeeAt = (ms: number) => grant && isGranted(grant, ms) && !isPaused(pause, ms);
          // What has changed within this time may not have been noticed yet.
          const lately = Array.from({ length: NOTICED_WITHIN_MS + 1 }, (_, ms) => maySeeAt(nearby.now() - ms));
          const maySee = maySeeAt(nearby.now());
          const { shownFrom = 0, exactFrom = 0 } = grant ?? {};
          const at = nearby.entries.get(subject)?.at ?? 0;
          const isWithheld = at < shownFrom || at < (pause.shownFrom ?? 0) || at < model.world.epoch.began;
          if (isWithheld || !lately.some(Boolean)) expect([...held.keys()]).not.toContain(subject);
          else if (lately.every(Boolean) && grant?.precision === 'exact' && at >= exactFrom) {
            const isNear = (model.places.get(friendName) ?? 0) <= RADIUS_METERS;
            expect([friendName, held.get(subject)?.precision]).toEqual([friendName, isNear ? 'exact' : undefined]);
          } else if (maySee) {
            const form = at >= exactFrom ? grant?.precision : 'approximate';
            expect(held.get(subject)?.precision ?? form).toBe(form);
          }
        }
      }
      expect(await nearby.metrics.metric('nearby_post_revocation_deliveries_total')).toBe(0);
      deliveries += model.deliveries;
    }),
    { numRuns: RIGHTS_MODEL_RUNS },
  );
  // Or it would prove nothing.
  expect(deliveries).toBeGreaterThan((RIGHTS_MODEL_RUNS * 5) / 3);
}, 120_000);
