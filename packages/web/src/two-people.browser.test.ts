/** Tests two users on two pages: each sees what the other shares. */
import { beforeEach, expect, it } from '@jest/globals';
import { ApiClient, useDeployment } from '@nearby-friends/testing';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import { eventually } from '@nearby-friends/testing/eventually';
import { useBrowsers } from './test-support/browsers.ts';
import type { PersonPage } from './test-support/person-page.ts';

const LOOP = { lat: 41.8826, lng: -87.6326 };
/** 500 m further north. */
const RIVER_NORTH = { lat: 41.887_097, lng: -87.6326 };

describeInBrowser('two users on two pages', () => {
  const deployment = useDeployment({ gateways: 2, locations: 1, friendGraphs: 1 });
  const browsers = useBrowsers(deployment);
  const api = new ApiClient(deployment);
  let ada: PersonPage;
  let ben: PersonPage;

  beforeEach(async () => {
    await deployment.befriend(['ada', 'ben']);
    await api.call('ada', 'PUT', '/viewers/ben', { precision: 'exact' });
    await api.call('ben', 'PUT', '/viewers/ada', { precision: 'exact' });
    await api.call('ben', 'PUT', '/me/sharing', { paused: false });
    await api.call('ada', 'PATCH', '/me', { radiusMeters: 1_000 });
    await api.call('ben', 'PATCH', '/me', { radiusMeters: 8_000 });
    [ada, ben] = await Promise.all([
      browsers.person('ada', { at: LOOP }),
      browsers.person('ben', { at: RIVER_NORTH, viewport: { width: 390, height: 844 } }),
    ]);
    await ada.row('ben').waitFor();
  });

  it('see each other, with distance, age and precision', async () => {
    await eventually(async () => expect(await ada.rowText('ben')).toBe('ben, now, exact, 500 m'));
    await ada.page.getByRole('button', { name: /^ben ?, now ?, exact ?, 500 m away. Show on the map$/ }).waitFor();
    await eventually(async () => expect(await ben.rowText('ada')).toContain('500 m'));
  });

  it('leave and come near, with announcements for screen readers', async () => {
    await ben.walk('ArrowUp', 3);
    await ada.row('ben').waitFor({ state: 'detached' });
    await ada.heardNearby('ben is no longer near.');
    await ben.walk('ArrowDown', 3);
    await ada.row('ben').waitFor();
    await ada.heardNearby('ben is near.');
  });

  it('disappear for others while they pause, and still see them', async () => {
    await ben.open('Who sees me');
    await ben.page.getByRole('button', { name: 'Pause', exact: true }).click();
    await ben.heard('Paused. Nobody sees you.');
    await ada.row('ben').waitFor({ state: 'detached' });
    await ben.open('Nearby');
    await ben.row('ada').waitFor();
    await ben.open('Who sees me');
    await ben.page.getByRole('button', { name: 'Resume' }).click();
    await ben.heard('You are visible again.');
    await ben.walk('ArrowDown', 1);
    await ada.row('ben').waitFor();
  });

  it('pause for an hour only', async () => {
    await ben.open('Who sees me');
    await ben.page.getByLabel('Pause for how long').selectOption('1 hour');
    await ben.page.getByRole('button', { name: 'Pause', exact: true }).click();
    // In the last hour of a day it ends on the next day: "Paused until Fri 12:30 AM".
    await ben.page.getByText(/^Paused until (?:[A-Z][a-z]{2} )?\d/).waitFor();
    const { paused, until } = (await api.call('ben', 'GET', '/me/sharing')) as { paused: boolean; until: number };
    expect(paused).toBe(true);
    expect(Math.abs(until - Date.now() - 3_600_000)).toBeLessThan(60_000);
  });

  it('hide from one viewer with one tap', async () => {
    await ben.open('Who sees me');
    await ben.page.getByRole('button', { name: 'Hide from ada' }).click();
    await ben.heard('ada does not see you.');
    await ada.row('ben').waitFor({ state: 'detached' });
    await ben.page.getByRole('button', { name: 'Show me to ada' }).click();
    await ben.page.getByRole('button', { name: 'Hide from ada' }).waitFor();
    await ben.walk('ArrowDown', 1);
    await ada.row('ben').waitFor();
  });

  it('share an approximate position until midnight', async () => {
    await ben.open('Who sees me');
    await ben.page.getByRole('button', { name: 'What ada sees of me' }).click();
    await ben.page.getByRole('button', { name: 'About', exact: true }).click();
    await ben.page.getByText('sees your approximate location (about 1 km)', { exact: true }).waitFor();
    await ben.walk('ArrowDown', 1);
    await eventually(async () => expect(await ada.rowText('ben')).toMatch(/^ben, \d min\. ago, about, ~ /));
    await ben.page.getByRole('button', { name: 'Until midnight' }).click();
    await ben.page.getByText(/^sees your approximate location \(about 1 km\), until/).waitFor();
  });

  it('change the radius by dragging the circle', async () => {
    await ada.untilMapShows(1_000);
    const from = await ada.middleOf(ada.radiusHandle);
    const mine = await ada.middleOf(ada.me);
    await ada.page.mouse.move(from.x, from.y);
    await ada.page.mouse.down();
    // A quarter of the radius is 250 m, and ben is twice as far.
    await ada.page.mouse.move(mine.x + (from.x - mine.x) / 4, from.y, { steps: 5 });
    await ada.page.mouse.up();
    await ada.row('ben').waitFor({ state: 'detached' });
    // The page sends it once the user has stopped.
    await eventually(async () => {
      const { radiusMeters } = (await api.call('ada', 'GET', '/me')) as { radiusMeters: number };
      expect(Math.abs(radiusMeters - 250)).toBeLessThan(10);
    });
  });

  it('walk by a click on the map, and select a friend there', async () => {
    await ada.untilMapShows(1_000);
    const mine = await ada.middleOf(ada.me);
    const edge = await ada.middleOf(ada.radiusHandle);
    const pixelsPerMeter = (edge.x - mine.x) / 1_000;
    // The place at which ben is drawn.
    await ada.page.mouse.click(mine.x, mine.y - 500 * pixelsPerMeter);
    await ada.row('ben').and(ada.page.locator('[aria-pressed="true"]')).waitFor();
    // A click beside all friends clears the selection, and the next click walks.
    await ada.page.mouse.click(mine.x + 60, mine.y + 60);
    await ada.row('ben').and(ada.page.locator('[aria-pressed="false"]')).waitFor();
    await ada.page.mouse.click(mine.x, mine.y - 250 * pixelsPerMeter);
    await eventually(async () => expect(await ada.rowText('ben')).toContain('250 m'));
  });
});

describeInBrowser('two strangers', () => {
  const deployment = useDeployment({ gateways: 2, locations: 1, friendGraphs: 1 });
  const browsers = useBrowsers(deployment);

  it('become friends by a request and its acceptance, and see each other on the map', async () => {
    const [cleo, dan] = await Promise.all([
      browsers.person('cleo', { at: LOOP }),
      browsers.person('dan', { at: RIVER_NORTH }),
    ]);
    await cleo.open('Friends');
    await cleo.page.getByLabel('Add a friend').fill('dan');
    await cleo.page.getByRole('button', { name: 'Send request', exact: true }).click();
    await cleo.page.getByRole('button', { name: 'Cancel request to dan' }).waitFor();
    // Without user input on that page.
    await dan.page.getByRole('tab', { name: 'Friends 1' }).click();
    await dan.page.getByRole('button', { name: 'Accept cleo' }).click();
    await dan.heard('You and cleo are friends now.');
    await dan.open('Nearby');
    await cleo.open('Nearby');
    await Promise.all([dan.row('cleo').waitFor(), cleo.row('dan').waitFor()]);
  });

  it('stay strangers when the request is declined', async () => {
    await deployment.befriend(['finn', 'gus']);
    const [eve, finn] = await Promise.all([
      browsers.person('eve', { at: LOOP }),
      browsers.person('finn', { at: RIVER_NORTH }),
    ]);
    await eve.open('Friends');
    await eve.page.getByLabel('Add a friend').fill('finn');
    await eve.page.keyboard.press('Enter');
    await finn.page.getByRole('tab', { name: 'Friends 1' }).click();
    await finn.page.getByRole('button', { name: 'Decline eve' }).click();
    await finn.page.getByRole('button', { name: 'Decline eve' }).waitFor({ state: 'detached' });
    await eve.walk('ArrowRight', 1);
    await finn.open('Nearby');
    // A friend who comes later is there.
    await (await deployment.signIn('gus')).reportUntilKept(LOOP);
    await finn.row('gus').waitFor();
    expect(await finn.namesNear()).toEqual(['gus']);
  });
});
