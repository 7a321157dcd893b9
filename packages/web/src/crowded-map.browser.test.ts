/** Tests that friends who cover each other on the map can all be reached there. */
import { beforeAll, expect, it } from '@jest/globals';
import { useDeployment } from '@nearby-friends/testing';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import { eventually } from '@nearby-friends/testing/eventually';
import { axeViolations } from './test-support/axe-violations.ts';
import { useBrowsers } from './test-support/browsers.ts';
import type { PersonPage } from './test-support/person-page.ts';

const LOOP = { lat: 41.8826, lng: -87.6326 };
/** 2.2 km north. */
const NORTH_METERS = 2_224;
const NORTH = { lat: 41.9026, lng: -87.6326 };
/** 2.2 km south, and about 66 m east of it. */
const SOUTH = { lat: 41.8626, lng: -87.6326 };
const SOUTH_EAST = { lat: 41.8626, lng: -87.6318 };
/** The pixels between the two at the deepest zoom, 18, where 512 pixels are a 2^18th of the world. */
const APART_PIXELS = ((SOUTH_EAST.lng - SOUTH.lng) / 360) * 512 * 2 ** 18;
const RADIUS_METERS = 8_046.72;

describeInBrowser('friends who cover each other on the map', () => {
  const deployment = useDeployment({ gateways: 1, locations: 1, friendGraphs: 1 });
  const browsers = useBrowsers(deployment);
  let ada: PersonPage;
  const places = { ben: NORTH, cleo: NORTH, dan: SOUTH, eli: SOUTH_EAST, fay: LOOP, gus: LOOP };

  beforeAll(async () => {
    await deployment.befriend(...Object.keys(places).map((name) => ['ada', name] as const));
    for (const [name, place] of Object.entries(places)) await (await deployment.signIn(name)).reportUntilKept(place);
  });

  const open = async (options = {}): Promise<void> => {
    ada = await browsers.person('ada', { at: LOOP, ...options });
    await eventually(async () => expect(await ada.namesNear()).toHaveLength(6));
    await ada.untilMapShows(RADIUS_METERS);
  };
  const pressNorth = async (meters: number): Promise<void> => {
    const [mine, edge] = [await ada.middleOf(ada.me), await ada.middleOf(ada.radiusHandle)];
    await ada.page.mouse.click(mine.x, mine.y - (meters * (edge.x - mine.x)) / RADIUS_METERS);
  };
  const chooser = (name: string | RegExp) => ada.page.getByRole('dialog', { name });
  const isSelected = async (name: string): Promise<void> => {
    await ada.row(name).and(ada.page.locator('[aria-pressed="true"]')).waitFor();
  };

  it('are offered in a list where no zoom would show them apart', async () => {
    await open();
    for (const name of ['ben', 'cleo']) {
      await pressNorth(NORTH_METERS);
      await chooser('2 friends here').waitFor();
      expect(await axeViolations(ada)).toEqual([]);
      await chooser('2 friends here').getByRole('button', { name }).click();
      await isSelected(name);
      expect(await chooser('2 friends here').count()).toBe(0);
      await ada.row(name).click();
    }
  });

  it('are offered in Korean, and in dark colours', async () => {
    ada = await browsers.visit({ at: LOOP, locale: 'ko-KR', colorScheme: 'dark' });
    await ada.page.getByLabel('누구로 들어갈까요?').fill('ada');
    await ada.page.keyboard.press('Enter');
    await eventually(async () => expect(await ada.namesNear()).toHaveLength(6));
    const dot = ada.page.getByRole('button', { name: /^내 위치\./ });
    // The map opens the list only once it is there.
    await eventually(async () => {
      await dot.press('Enter');
      expect(await chooser('여기에 있는 친구 2명').count()).toBe(1);
    });
    expect(await axeViolations(ada)).toEqual([]);
  });

  it('are shown apart by a zoom to them', async () => {
    await open();
    await pressNorth(-NORTH_METERS);
    // The dot is far outside the window then.
    await eventually(async () => expect((await ada.middleOf(ada.me)).y).toBeLessThan(0));
    expect(await chooser(/here/).count()).toBe(0);
    const panel = await ada.page.locator('.panel').boundingBox();
    const window = ada.page.viewportSize();
    if (panel === null || window === null) throw new Error('The page has no panel.');
    const middle = { x: (panel.x + panel.width + 40 + window.width - 88) / 2, y: window.height / 2 };
    for (const [name, x] of [
      ['dan', middle.x - APART_PIXELS / 2],
      ['eli', middle.x + APART_PIXELS / 2],
    ] as const) {
      await ada.page.mouse.click(x, middle.y);
      await isSelected(name);
    }
  });

  it('are reached below the own dot, by pointer and by keyboard', async () => {
    await open();
    const { x, y } = await ada.middleOf(ada.me);
    await ada.page.mouse.click(x, y);
    await chooser('2 friends here').getByRole('button', { name: 'fay' }).click();
    await isSelected('fay');
    await ada.me.press('Enter');
    // The selected friend is a mark of its own, and the dot covers both.
    await chooser('2 friends here').waitFor();
    await ada.page.keyboard.press('Escape');
    await chooser(/here/).waitFor({ state: 'detached' });
    expect(await ada.me.evaluate((dot) => dot === document.activeElement)).toBe(true);
    await ada.me.press('Enter');
    const buttons = chooser('2 friends here').getByRole('listitem').getByRole('button');
    await eventually(async () =>
      expect(await buttons.evaluateAll((all) => all.indexOf(document.activeElement as HTMLElement))).toBe(0),
    );
    await buttons.filter({ hasText: 'gus' }).press('Enter');
    await isSelected('gus');
    // A press is no step: the user is where they were.
    const walked = await ada.page.evaluate(() => sessionStorage.getItem('nearby-friends:walk'));
    expect(walked).toBe(`${LOOP.lat},${LOOP.lng}`);
  });

  it('does not ask after the dot was dragged', async () => {
    await open();
    const { x, y } = await ada.middleOf(ada.me);
    await ada.page.mouse.move(x, y);
    await ada.page.mouse.down();
    await ada.page.mouse.move(x + 90, y, { steps: 4 });
    await ada.page.mouse.move(x + 10, y, { steps: 4 });
    await ada.page.mouse.up();
    await eventually(async () => expect((await ada.middleOf(ada.me)).x).toBeGreaterThan(x + 5));
    expect(await chooser(/here/).count()).toBe(0);
  });
});
