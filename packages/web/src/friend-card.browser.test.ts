/** Tests the card of a friend: what it says, what it withholds, and what can be done there. */
import { beforeAll, expect, it } from '@jest/globals';
import { ApiClient, useDeployment } from '@nearby-friends/testing';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import { eventually } from '@nearby-friends/testing/eventually';
import { axeViolations } from './test-support/axe-violations.ts';
import { useBrowsers } from './test-support/browsers.ts';
import type { PersonPage } from './test-support/person-page.ts';

const LOOP = { lat: 41.8826, lng: -87.6326 };
/** 2.2 km north. */
const LINCOLN_PARK = { lat: 41.9026, lng: -87.6326 };
const MILWAUKEE = { lat: 43.0389, lng: -87.9065 };

describeInBrowser('the card of a friend', () => {
  const deployment = useDeployment({ gateways: 1, locations: 1, friendGraphs: 1 });
  const browsers = useBrowsers(deployment);
  const api = new ApiClient(deployment);
  const report = async (id: string, position: object): Promise<void> => {
    const client = await deployment.signIn(id);
    await client.reportUntilKept(position as typeof LOOP);
  };
  const factsOf = async ({ page }: PersonPage): Promise<string> => {
    const rows = page.locator('.friend-card dl > div > *');
    return (await rows.allTextContents()).join(' ');
  };

  beforeAll(async () => {
    await deployment.befriend(['ada', 'ben'], ['ada', 'cleo'], ['ada', 'dan'], ['ada', 'eli']);
    await api.call('cleo', 'PUT', '/viewers/ada', { precision: 'approximate' });
    await api.call('ada', 'PUT', '/viewers/ben', { precision: 'approximate' });
    await api.call('ada', 'PUT', '/viewers/cleo', { precision: 'hidden' });
  });

  it('says where an exact friend is, how it moves and what each sees of the other', async () => {
    await report('ben', { ...LINCOLN_PARK, accuracy: 40, heading: 91, speed: 5, battery: 0.42 });
    const ada = await browsers.person('ada', { at: LOOP });
    const { page } = ada;
    await ada.row('ben').click();
    await page.getByRole('region', { name: 'About ben' }).waitFor();
    const facts = await factsOf(ada);
    for (const part of [
      'Direction north',
      'Accurate to 40 m',
      'Moving 18 km/h · east',
      'Battery 42%',
      'You see the exact location',
      'Your friend sees your approximate location (about 1 km)',
      'Friends since',
    ])
      expect(facts).toContain(part);
    expect(await axeViolations(ada)).toEqual([]);

    // Nothing leaves before the press, and then only to the app that the user opens.
    await page.evaluate(() => {
      const opened: string[] = [];
      Object.assign(globalThis, { opened });
      globalThis.open = (address) => {
        opened.push(String(address));
        return null;
      };
    });
    expect(await page.content()).not.toContain('openstreetmap.org/?mlat');
    await page.getByRole('button', { name: 'Open in a maps app' }).click();
    expect(await page.evaluate(() => (globalThis as unknown as { opened: string[] }).opened)).toEqual([
      'https://www.openstreetmap.org/?mlat=41.90260&mlon=-87.63260#map=16/41.90260/-87.63260',
    ]);
  });

  it('says no more of an approximate friend than the rights allow', async () => {
    await report('cleo', { ...LINCOLN_PARK, accuracy: 40, heading: 91, speed: 5, battery: 0.42 });
    const ada = await browsers.person('ada', { at: LOOP });
    await ada.row('cleo').click();
    await ada.page.getByRole('region', { name: 'About cleo' }).waitFor();
    const facts = await factsOf(ada);
    expect(facts).toContain('You see the approximate location (about 1 km)');
    expect(facts).toContain('Your friend does not see you');
    for (const part of ['Accurate', 'Moving', 'Battery']) expect(facts).not.toContain(part);
    expect(await ada.page.getByRole('button', { name: 'Open in a maps app' }).count()).toBe(0);
  });

  it('keeps the map on a friend who moves, until the user moves the map', async () => {
    const ben = await deployment.signIn('ben');
    await ben.reportUntilKept(LINCOLN_PARK);
    const ada = await browsers.person('ada', { at: LOOP });
    const { page } = ada;
    await ada.row('ben').click();
    await page.locator('.maplibregl-canvas').waitFor();
    const follow = page.getByRole('button', { name: 'Follow on the map' });
    await follow.click();
    const before = await ada.middleOf(ada.me);
    await ben.reportUntilKept({ lat: LINCOLN_PARK.lat + 0.02, lng: LINCOLN_PARK.lng });
    // The map moves up to the friend, and the user's own dot down.
    await eventually(async () => expect((await ada.middleOf(ada.me)).y).toBeGreaterThan(before.y + 20));
    await page.mouse.move(700, 300);
    await page.mouse.down();
    await page.mouse.move(760, 340, { steps: 4 });
    await page.mouse.up();
    await follow.and(page.locator('[aria-pressed="false"]')).waitFor();
  });

  it('removes and blocks after a second press, and the focus stays in the page', async () => {
    await report('dan', LINCOLN_PARK);
    await report('eli', LINCOLN_PARK);
    const ada = await browsers.person('ada', { at: LOOP });
    const { page } = ada;
    await ada.row('dan').click();
    await page.getByRole('button', { name: 'Block dan' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Block dan' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Really block dan?' }).click();
    await ada.heard('dan is blocked.');
    await ada.row('dan').waitFor({ state: 'detached' });
    expect(await api.call('ada', 'GET', '/blocks')).toMatchObject({ items: [{ id: 'dan' }] });
    await ada.row('eli').click();
    await page.getByRole('button', { name: 'Remove eli from my friends' }).click();
    await page.getByRole('button', { name: 'Really remove eli?' }).press('Enter');
    await ada.heard('You and eli are no longer friends.');
    await ada.row('eli').waitFor({ state: 'detached' });
    await eventually(async () => expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY'));
  });

  it('is not for friends beyond the radius, who are listed without a place', async () => {
    await report('cleo', MILWAUKEE);
    await report('ben', LINCOLN_PARK);
    const ada = await browsers.person('ada', { at: LOOP });
    await ada.row('ben').waitFor();
    await ada.row('cleo').waitFor({ state: 'detached' });
    await ada.open('Friends');
    const rowOf = (name: string) => ada.page.locator('.person').filter({ hasText: name });
    await rowOf('cleo').getByText('not near', { exact: true }).waitFor();
    await rowOf('ben').getByText('near', { exact: true }).waitFor();
    expect(await axeViolations(ada)).toEqual([]);
  });

  it('is in Korean, too', async () => {
    await report('ben', { ...LINCOLN_PARK, speed: 0 });
    const ada = await browsers.visit({ at: LOOP, locale: 'ko-KR' });
    await ada.page.getByLabel('누구로 들어갈까요?').fill('ada');
    await ada.page.keyboard.press('Enter');
    await ada.row('ben').click();
    const facts = await factsOf(ada);
    for (const part of ['방향 북쪽', '이동 멈춰 있음', '나에게 보이는 위치 정확한 위치']) expect(facts).toContain(part);
    expect(await axeViolations(ada)).toEqual([]);
  });
});
