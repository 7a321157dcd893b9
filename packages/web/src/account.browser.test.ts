/** Tests what users do with their account: rename, block, take their data with them, erase it. */
import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { ApiClient, useDeployment } from '@nearby-friends/testing';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import { eventually } from '@nearby-friends/testing/eventually';
import { axeViolations } from './test-support/axe-violations.ts';
import { useBrowsers } from './test-support/browsers.ts';
import type { PersonPage } from './test-support/person-page.ts';

const LOOP = { lat: 41.8826, lng: -87.6326 };

describeInBrowser('the account', () => {
  const deployment = useDeployment({ gateways: 1, locations: 1, friendGraphs: 1 });
  const browsers = useBrowsers(deployment);
  const api = new ApiClient(deployment);
  const settingsOf = async (id: string): Promise<PersonPage> => {
    const person = await browsers.person(id, { at: LOOP });
    await person.page.getByRole('button', { name: 'Settings' }).click();
    return person;
  };
  const focusIsInPage = async ({ page }: PersonPage): Promise<void> =>
    await eventually(async () => expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY'));

  it('is renamed, and friends see the new name', async () => {
    await deployment.befriend(['ada', 'ben']);
    const ben = await browsers.person('ben', { at: LOOP });
    const ada = await settingsOf('ada');
    await ben.row('ada').waitFor();
    await ada.page.getByLabel('Display name').fill('Ada Lovelace');
    await ada.page.getByLabel('Display name').press('Enter');
    await ada.heard('Your friends now see you as Ada Lovelace.');
    await ada.page.getByRole('heading', { level: 1, name: 'Ada Lovelace' }).waitFor();
    await ben.row('Ada Lovelace').waitFor();
    expect(await axeViolations(ada)).toEqual([]);
  });

  it('blocks a friend, who is gone at once, and lifts the block', async () => {
    await deployment.befriend(['carl', 'dora']);
    const carl = await settingsOf('carl');
    const { page } = carl;
    await page.getByText('You have blocked no one.').waitFor();
    await page.getByLabel('Block someone').fill('dora');
    await page.getByRole('button', { name: 'Block', exact: true }).click();
    await carl.heard('dora is blocked.');
    await page.getByRole('button', { name: 'Unblock dora', exact: true }).waitFor();
    expect(await api.call('dora', 'GET', '/friends')).toMatchObject({ items: [] });

    await page.getByRole('button', { name: 'Unblock dora' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Unblock dora' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await carl.heard('dora is no longer blocked. To be friends again, send a request.');
    await page.getByText('You have blocked no one.').waitFor();
    await focusIsInPage(carl);
    expect(await api.call('carl', 'GET', '/blocks')).toMatchObject({ items: [] });
  });

  it('gives a file with all data', async () => {
    const eve = await settingsOf('eve');
    const coming = eve.page.waitForEvent('download');
    await eve.page.getByRole('button', { name: 'Download my data' }).click();
    const download = await coming;
    expect(download.suggestedFilename()).toBe('nearby-friends-eve.json');
    expect(JSON.parse(await readFile(await download.path(), 'utf8'))).toMatchObject({ profile: { id: 'eve' } });
    await eve.heard('Your data is being downloaded.');
  });

  it('is erased only after the id was typed, and then the user is signed out', async () => {
    await deployment.befriend(['fay', 'gus']);
    const gus = await browsers.person('gus', { at: LOOP });
    const fay = await settingsOf('fay');
    const { page } = fay;
    await gus.row('fay').waitFor();
    await page.getByRole('button', { name: 'Erase my account' }).click();
    const erase = page.getByRole('button', { name: 'Erase for good' });
    expect(await erase.isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await focusIsInPage(fay);
    await page.getByRole('button', { name: 'Erase my account' }).click();
    await page.getByLabel('To confirm, type your ID: fay').fill('Fay');
    expect(await erase.isDisabled()).toBe(true);
    await page.getByLabel('To confirm, type your ID: fay').fill('fay');
    expect(await axeViolations(fay)).toEqual([]);
    await erase.click();
    await fay.heard('Your account has been erased. Your friends no longer see you.');
    await page.getByLabel('Who are you?').waitFor();
    await gus.row('fay').waitFor({ state: 'detached' });
    await eventually(async () => expect(await api.call('gus', 'GET', '/friends')).toMatchObject({ items: [] }));
  });

  it('and its settings are in Korean, too', async () => {
    const hana = await browsers.visit({ at: LOOP, locale: 'ko-KR' });
    const { page } = hana;
    await page.getByLabel('누구로 들어갈까요?').fill('hana');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: '설정' }).click();
    await page.getByLabel('표시 이름').fill('하나');
    await page.getByRole('button', { name: '저장' }).click();
    await hana.heard('이제 친구에게 하나로 표시됩니다.');
    await page.getByRole('button', { name: '계정 삭제' }).click();
    await page.getByText('되돌릴 수 없습니다').waitFor();
    // What is half scrolled out of sight is too small a target for axe.
    await page.locator('#settings').evaluate((view) => view.scrollTo(0, 0));
    expect(await axeViolations(hana)).toEqual([]);
  });
});
