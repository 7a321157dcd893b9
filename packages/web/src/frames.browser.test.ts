/** Draws 300 moving friends and reports the frame rate, of a resting and of a panned map. */
import { expect, it } from '@jest/globals';
import { type NearbyClient, useDeployment } from '@nearby-friends/testing';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import { eventually } from '@nearby-friends/testing/eventually';
import { useBrowsers } from './test-support/browsers.ts';
import { medianOf } from './test-support/median-of.ts';
import { startMoving } from './test-support/start-moving.ts';

const LOOP = { lat: 41.8826, lng: -87.6326 };
const FRIENDS = 300;
const MEASURED_MS = 6_000;

/** The frame rate on a shared machine without a graphics card is only reported, not asserted. */
function report(what: string, times: readonly number[]): void {
  const slow = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? Number.NaN;
  process.stdout.write(
    `${FRIENDS} friends ${what}: ${(1_000 / medianOf(times)).toFixed(0)} frames a second (median of ${times.length} frames), 95 % of the frames within ${slow.toFixed(0)} ms, the longest ${Math.max(...times).toFixed(0)} ms\n`,
  );
}

describeInBrowser('300 moving friends', () => {
  const deployment = useDeployment({ gateways: 1, locations: 1, friendGraphs: 1 });
  const browsers = useBrowsers(deployment);

  it('are all on the list, and the page keeps drawing', async () => {
    const names = Array.from({ length: FRIENDS }, (_, index) => `friend-${index}`);
    await deployment.befriend(...names.map((name) => ['ada', name] as const));
    const clients: NearbyClient[] = [];
    for (const name of names) clients.push(await deployment.signIn(name));
    const stop = startMoving(clients, LOOP);
    try {
      const ada = await browsers.person('ada', { at: LOOP, reducedMotion: 'no-preference' });
      await eventually(async () => expect(await ada.namesNear()).toHaveLength(FRIENDS), 60_000);
      const frameTimes = async (): Promise<number[]> =>
        await ada.page.evaluate(async (ms) => {
          const stamps: number[] = [];
          await new Promise<void>((resolve) => {
            const frame = (now: number): void => {
              stamps.push(now);
              if (now - (stamps[0] ?? now) < ms) requestAnimationFrame(frame);
              else resolve();
            };
            requestAnimationFrame(frame);
          });
          return stamps.slice(1).map((stamp, index) => stamp - (stamps[index] ?? stamp));
        }, MEASURED_MS);
      report('moving', await frameTimes());
      let isPanning = true;
      const pan = async (): Promise<void> => {
        const { x, y } = { x: 800, y: 500 };
        await ada.page.mouse.move(x, y);
        await ada.page.mouse.down();
        for (let step = 0; isPanning; step++) await ada.page.mouse.move(x + 150 * Math.sin(step / 20), y);
        await ada.page.mouse.up();
      };
      const panned = pan();
      report('moving on a panned map', await frameTimes());
      isPanning = false;
      await panned;
      await eventually(async () => expect(await ada.namesNear()).toHaveLength(FRIENDS), 30_000);
    } finally {
      stop();
    }
  });
});
