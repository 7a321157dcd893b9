/** Tests that the page tells people apart whose names look alike, and follows new names without a reload. */
import { beforeAll, expect, it } from '@jest/globals';
import { ApiClient, useDeployment } from '@nearby-friends/testing';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import { useBrowsers } from './test-support/browsers.ts';
import type { PersonPage } from './test-support/person-page.ts';

const LOOP = { lat: 41.8826, lng: -87.6326 };
/** The o is Cyrillic. */
const CYRILLIC_BOB = 'B\u043eb';

describeInBrowser('[G9] people whose names look alike', () => {
  const deployment = useDeployment({ gateways: 2, locations: 1, friendGraphs: 2 });
  const browsers = useBrowsers(deployment);
  const api = new ApiClient(deployment);
  const rename = (user: string, displayName: string) => api.call(user, 'PATCH', '/me', { displayName });
  const rowOf = ({ page }: PersonPage, name: string) =>
    page.locator('.person').filter({ has: page.getByText(name, { exact: true }) });

  beforeAll(async () => {
    await deployment.befriend(['ada', 'bob-1'], ['ada', 'cleo']);
    await rename('bob-1', 'Bob');
    await rename('ada', 'Ada');
  });

  it('are shown with their ids in every list, from the moment on at which a friend takes such a name', async () => {
    for (const id of ['bob-1', 'cleo']) {
      const friend = await deployment.signIn(id);
      await friend.reportUntilKept(LOOP);
    }
    const ada = await browsers.person('ada', { at: LOOP });
    await ada.row('Bob').waitFor();
    await ada.row('cleo').waitFor();
    expect(await ada.page.locator('.person-id').count()).toBe(0);

    await rename('cleo', CYRILLIC_BOB);
    await ada.row(CYRILLIC_BOB).getByText('id: cleo').waitFor();
    await ada.row('Bob').getByText('id: bob-1').waitFor();
    await ada.open('Friends');
    await rowOf(ada, 'Bob').getByText('id: bob-1').waitFor();
    await rowOf(ada, CYRILLIC_BOB).getByText('id: cleo').waitFor();
    await ada.page.getByRole('button', { name: `Remove ${CYRILLIC_BOB} (cleo) from my friends` }).waitFor();
    await ada.open('Who sees me');
    await ada.page.getByRole('button', { name: 'Hide from Bob (bob-1)' }).click();
    await ada.heard('Bob (bob-1) does not see you.');
    await rowOf(ada, CYRILLIC_BOB).getByText('id: cleo').waitFor();

    await rename('cleo', 'Cleo');
    await ada.page.getByText('Cleo', { exact: true }).waitFor();
    await ada.page.locator('.person-id').first().waitFor({ state: 'detached' });
  });

  it('are shown with the id when they look like the user', async () => {
    const ada = await browsers.person('ada', { at: LOOP });
    await ada.open('Friends');
    await ada.page.getByText('Your own id, for a friend who adds you: ada').waitFor();
    await rename('cleo', 'Ad\u0430');
    await rowOf(ada, 'Ad\u0430').getByText('id: cleo').waitFor();
    await rename('cleo', 'Cleo');
  });

  it('and all others are shown with the id when they ask, and what they are told says it', async () => {
    await rename('mallory', CYRILLIC_BOB);
    const ada = await browsers.person('ada', { at: LOOP });
    await ada.open('Friends');
    await api.call('mallory', 'POST', '/friend-requests', { to: 'ada' });
    await rowOf(ada, CYRILLIC_BOB).getByText('id: mallory').waitFor();
    await ada.heard(`${CYRILLIC_BOB} (mallory) wants to be your friend.`);
    await rowOf(ada, 'Bob').getByText('id: bob-1').waitFor();
    await api.call('eve', 'POST', '/friend-requests', { to: 'ada' });
    await rowOf(ada, 'eve').getByText('id: eve').waitFor();
    await ada.page.getByRole('button', { name: `Decline ${CYRILLIC_BOB} (mallory)` }).click();
    await ada.page.getByText('id: mallory').waitFor({ state: 'detached' });
    await rowOf(ada, 'Bob').locator('.person-id').waitFor({ state: 'detached' });
    await rowOf(ada, 'Bob').waitFor();
  });
});
