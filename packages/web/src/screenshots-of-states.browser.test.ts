/** Takes screenshots of the states in which the page could say something false, in both languages. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import { ApiClient, useDeployment } from '@nearby-friends/testing';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import { eventually } from '@nearby-friends/testing/eventually';
import { useBrowsers } from './test-support/browsers.ts';
import { SCREENSHOTS_FOLDER } from './test-support/screenshots-folder.ts';
import { english } from './texts/english.ts';
import { korean } from './texts/korean.ts';

const LOOP = { lat: 41.8826, lng: -87.6326 };
const RIVER_NORTH = { lat: 41.887_097, lng: -87.6326 };
const HOUR_MS = 3_600_000;
/** Long enough to be shown, ms. */
const SHORT_MS = 2_000;
/** The second one begins with a Greek letter, and a stranger calls herself like the third. */
const FRIENDS = [
  { id: 'bob-1', name: 'Bob Miller' },
  { id: 'mallory', name: '\u0392ob Miller' },
  { id: 'seoyeon', name: '이서연' },
];

describeInBrowser('screenshots of the states', () => {
  const deployment = useDeployment({ gateways: 2, locations: 1, friendGraphs: 1 });
  const browsers = useBrowsers(deployment);
  const api = new ApiClient(deployment);

  beforeAll(async () => {
    await mkdir(SCREENSHOTS_FOLDER, { recursive: true });
    await api.call('alice', 'PATCH', '/me', { displayName: 'Alice Park' });
    for (const { id, name } of FRIENDS) await api.call(id, 'PATCH', '/me', { displayName: name });
    await api.call('stranger', 'PATCH', '/me', { displayName: '이서연' });
    await api.call('stranger', 'POST', '/friend-requests', { to: 'alice' });
    await deployment.befriend(...FRIENDS.map(({ id }) => ['alice', id] as const));
  });
  beforeEach(async () => {
    await api.call('alice', 'PUT', '/me/sharing', { paused: false });
    for (const { id } of FRIENDS) await api.call('alice', 'PUT', `/viewers/${id}`, { precision: 'exact' });
    for (const { id } of FRIENDS) {
      const friend = await deployment.signIn(id);
      await friend.reportUntilKept(RIVER_NORTH);
    }
  });

  it.each([
    { language: 'english', locale: 'en-GB', text: english },
    { language: 'korean', locale: 'ko-KR', text: korean },
  ])('in $language', async ({ language, locale, text }) => {
    const viewport = { width: 1_280, height: 800 };
    const alice = await browsers.visit({ at: LOOP, locale, viewport, deviceScaleFactor: 2 });
    const { page } = alice;
    const file = (name: string) => path.join(SCREENSHOTS_FOLDER, `state-${language}-${name}.png`);
    /** Without the message of the last action, which fades. */
    const picture = (name: string) => page.locator('.panel').screenshot({ path: file(name), animations: 'disabled' });
    const viewer = page.locator('.viewer').first();
    const says = (sentence: string | RegExp) => page.getByText(sentence).first().waitFor();
    await page.locator('input[name="user"]').fill('alice');
    await page.keyboard.press('Enter');

    await eventually(async () => expect(await page.locator('.person-id').count()).toBe(FRIENDS.length));
    await picture('alike-nearby');
    await page.getByRole('tab').nth(1).click();
    await says(text.idIs('stranger'));
    await picture('alike-friends');

    await page.getByRole('tab').nth(2).click();
    await says(text.locationFromHere);
    await picture('visible');
    await page.locator('.sharing .button-main').click();
    await says(text.sharingPaused);
    await picture('paused');
    await api.call('alice', 'PUT', '/me/sharing', { paused: false });
    await says(text.sharingOn);
    await api.call('alice', 'PUT', '/me/sharing', { paused: true, until: Date.now() + HOUR_MS });
    await page.locator('.sharing-paused').waitFor();
    await picture('paused-by-another-window');
    await api.call('alice', 'PUT', '/me/sharing', { paused: false });
    await says(text.sharingOn);

    const tablet = await deployment.signIn('alice');
    await tablet.reportUntilKept(RIVER_NORTH);
    expect(await tablet.send('device:share', {})).toMatchObject({ ok: true });
    await says(text.locationFromElsewhere);
    await picture('another-device');
    await page.getByRole('button', { name: text.shareFromHere }).click();
    await says(text.locationFromHere);

    await viewer.locator('.turning').click();
    await viewer.locator('.segment').nth(1).click();
    await viewer.getByText(text.seesAbout).waitFor();
    await viewer.locator('.chip-button').nth(1).click();
    const until = new RegExp(`^${escaped(text.until(text.seesAbout, 'TIME')).replace('TIME', '.*')}$`);
    await viewer.getByText(until).waitFor();
    await picture('about-for-an-hour');
    const eye = viewer.locator('.icon-button').first();
    await eye.click();
    await viewer.getByText(text.seesNothing).waitFor();
    await picture('hidden');
    await eye.click();
    await viewer.getByText(until).waitFor();
    await picture('about-again');
    await viewer.locator('.turning').click();
    const end = { precision: 'approximate', until: Date.now() + SHORT_MS };
    await api.call('alice', 'PUT', '/viewers/bob-1', end);
    await viewer.getByText(text.seesNothing).waitFor();
    await picture('grant-ended');
    await eye.click();
    await viewer.getByText(until).waitFor();
    await picture('grant-renewed');

    await page.locator('.head .icon-button').click();
    await page.locator('.sign-out .button').click();
    await says(text.signedOutHere);
    await page.screenshot({ path: file('signed-out') });
  });
});

function escaped(text: string): string {
  return text.replaceAll(/[()]/g, String.raw`\$&`);
}
