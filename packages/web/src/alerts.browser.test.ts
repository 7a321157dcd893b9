/** Tests that a user turns alerts on for a browser, chooses when to get them, mutes a friend, and takes them along at the sign-out. */
import { expect, it } from '@jest/globals';
import { ApiClient, useDeployment } from '@nearby-friends/testing';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import { eventually } from '@nearby-friends/testing/eventually';
import type { Page } from 'playwright-core';
import { axeViolations } from './test-support/axe-violations.ts';
import { useBrowsers } from './test-support/browsers.ts';

const LOOP = { lat: 41.8826, lng: -87.6326 };
/** 32 random bytes: the key of this test alone. */
const KEY = 'q0b8v7Zc2lN5xU1yRk9sWmTt3eJ6hGfA4dPpOoIiLlM';
/** A point of the curve, as a browser's key is, and 16 bytes. */
const KEYS = {
  p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
  auth: 'BTBZMqHH6r4Tts7J_aSIgg',
};

interface Export {
  readonly alerts: {
    on: boolean;
    radiusMeters: number;
    quiet: { from: string; to: string } | null;
    muted: { id: string }[];
  };
  readonly pushSubscriptions: { language: string }[];
}

/** The headless browser has no push service. The permission is real. Reloads the page. */
async function pretendPush(page: Page): Promise<void> {
  await page.addInitScript((keys) => {
    let subscription: object | null = null;
    const endpoint = 'https://fcm.googleapis.com/fcm/send/of-the-test';
    const created = {
      toJSON: () => ({ endpoint, keys }),
      unsubscribe: async () => {
        subscription = null;
        return true;
      },
    };
    const pushManager = {
      getSubscription: async () => subscription,
      subscribe: async () => {
        subscription = created;
        return created;
      },
    };
    Object.defineProperty(ServiceWorkerRegistration.prototype, 'pushManager', { get: () => pushManager });
  }, KEYS);
  await page.reload();
}

describeInBrowser('alerts', () => {
  const deployment = useDeployment({
    gateways: 1,
    locations: 1,
    friendGraphs: 1,
    alerts: 1,
    env: { alerts: { VAPID_PRIVATE_KEY: KEY, VAPID_SUBJECT: 'https://nearby.example.org' } },
  });
  const browsers = useBrowsers(deployment);
  const api = new ApiClient(deployment);
  const stored = async () => (await api.call('ada', 'GET', '/me/export')) as Export;

  it('are turned on for this browser, set, muted for a friend, and end with the sign-out', async () => {
    await deployment.befriend(['ada', 'ben']);
    const ben = await deployment.signIn('ben');
    await ben.reportUntilKept(LOOP);
    await eventually(() => api.call('ada', 'GET', '/push/key'), 60_000);
    const ada = await browsers.person('ada', { at: LOOP, permissions: ['notifications'] });
    const { page } = ada;
    await pretendPush(page);
    await ada.open('Who sees me');
    const here = page.getByRole('checkbox', { name: 'Alert me on this device' });
    expect(await here.isChecked()).toBe(false);
    await here.click();
    await ada.heard('Alerts are on for this device.');
    expect(await stored()).toMatchObject({
      alerts: { on: true, radiusMeters: 1_000 },
      pushSubscriptions: [{ language: 'en' }],
    });

    await page.getByLabel('When a friend is within').selectOption('500 m');
    await page.getByRole('checkbox', { name: 'Quiet hours' }).check();
    await page.getByLabel('Not at night, from').fill('23:30');
    await eventually(async () =>
      expect((await stored()).alerts).toMatchObject({ radiusMeters: 500, quiet: { from: '23:30', to: '07:00' } }),
    );
    expect(await axeViolations(ada)).toEqual([]);

    await ada.open('Nearby');
    await ada.row('ben').press('Enter');
    await page.getByRole('button', { name: 'Mute alerts about ben' }).click();
    await ada.heard('No more alerts about ben.');
    expect((await stored()).alerts.muted).toMatchObject([{ id: 'ben' }]);
    await page.getByRole('button', { name: 'Unmute alerts about ben' }).click();
    await ada.heard('Alerts about ben are on again.');
    expect((await stored()).alerts.muted).toEqual([]);

    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.getByLabel('Who are you').waitFor();
    // Whoever uses this browser next is not alerted of ada's friends.
    expect((await stored()).pushSubscriptions).toEqual([]);
  });

  it('that the user has forbidden in the browser are explained', async () => {
    const ada = await browsers.person('cid', { at: LOOP });
    await ada.page.addInitScript(() => {
      Object.defineProperty(Notification, 'permission', { get: () => 'denied' });
    });
    await ada.page.reload();
    await ada.open('Who sees me');
    await ada.page.getByText('Notifications are forbidden for this page.').waitFor();
    expect(await ada.page.getByRole('checkbox', { name: 'Alert me on this device' }).isDisabled()).toBe(true);
  });
});
