/** Tests that a link invites: made in one browser, opened in another, and both are friends who see each other. */
import { expect, it } from '@jest/globals';
import { ApiClient, useDeployment } from '@nearby-friends/testing';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import { eventually } from '@nearby-friends/testing/eventually';
import { axeViolations } from './test-support/axe-violations.ts';
import { useBrowsers } from './test-support/browsers.ts';
import type { PersonPage } from './test-support/person-page.ts';

const LOOP = { lat: 41.8826, lng: -87.6326 };

interface Outgoing {
  readonly items: { readonly id: string }[];
}

describeInBrowser('[G10] an invite', () => {
  const deployment = useDeployment({ gateways: 1, locations: 1, friendGraphs: 1 });
  const browsers = useBrowsers(deployment);
  const api = new ApiClient(deployment);
  const friendsOf = async (user: string) =>
    ((await api.call(user, 'GET', '/friends')) as Outgoing).items.map(({ id }) => id);

  /** Resolves with the link, as its QR code has it too. */
  async function createLink(inviter: PersonPage): Promise<string> {
    await inviter.open('Friends');
    await inviter.page.getByRole('button', { name: 'Create a link' }).click();
    await inviter.page.getByRole('img', { name: 'QR code of the link' }).waitFor();
    return await inviter.page.getByLabel('Link', { exact: true }).inputValue();
  }

  it('leads from the link through the sign-in to a friendship, and both see each other', async () => {
    const mina = await browsers.person('mina', { at: LOOP });
    const link = await createLink(mina);
    expect(link).toMatch(/#invite=[\w-]{24}$/);
    expect(await axeViolations(mina)).toEqual([]);

    const joon = await browsers.visit({ at: LOOP });
    await joon.page.goto(link);
    await joon.page.reload();
    await joon.page.getByText('You were invited. Sign in to see by whom.').waitFor();
    expect(joon.page.url()).not.toContain('invite');
    await joon.signIn('joon');
    await joon.page.getByText('mina invites you to be friends.').waitFor();
    await joon.page.getByText('You will see the exact location').waitFor();
    expect(await axeViolations(joon)).toEqual([]);
    expect(await friendsOf('joon')).toEqual([]);
    await joon.page.getByRole('button', { name: 'Become friends' }).click();
    await Promise.all([joon.row('mina').waitFor(), mina.open('Nearby').then(() => mina.row('joon').waitFor())]);
    expect(await friendsOf('mina')).toEqual(['joon']);
    // Done with: neither shown again after a reload, nor open any more.
    await joon.page.reload();
    await joon.row('mina').waitFor();
    expect(await joon.page.getByRole('region', { name: 'Invitation' }).count()).toBe(0);
    expect(await api.call('mina', 'GET', '/me/invites')).toEqual({ items: [] });
  });

  it('that was revoked, or is the own one, says so in one sentence, and nothing happens', async () => {
    const ada = await browsers.person('ada', { at: LOOP });
    const link = await createLink(ada);
    const hash = new URL(link).hash;
    await ada.page.evaluate((fragment) => {
      location.hash = fragment;
    }, hash);
    await ada.page.getByText('This is your own link.').waitFor();
    await ada.page.getByRole('button', { name: 'OK', exact: true }).click();
    await ada.page.getByRole('button', { name: 'Done' }).click();
    await ada.page.getByRole('button', { name: 'Revoke: Link for one person' }).click();
    await ada.page.getByRole('button', { name: 'Really revoke it?' }).click();
    await ada.heard('The link can no longer be used. Friends who came by it stay.');

    const ben = await browsers.person('ben', { at: LOOP });
    await ben.page.goto(link);
    await ben.page.getByText('This invite can no longer be used. Ask for a new one.').waitFor();
    await ben.page.getByRole('button', { name: 'OK', exact: true }).click();
    await eventually(async () => expect(await ben.page.getByRole('region', { name: 'Invitation' }).count()).toBe(0));
    expect(await friendsOf('ben')).toEqual([]);
  });

  it('may be put off, and is refused where friends are already friends', async () => {
    await deployment.befriend(['cid', 'dan']);
    const cid = await browsers.person('cid', { at: LOOP });
    const link = await createLink(cid);
    const dan = await browsers.person('dan', { at: LOOP });
    await dan.page.goto(link);
    await dan.page.getByText('You and cid are already friends.').waitFor();
    const eve = await browsers.person('eve', { at: LOOP });
    await eve.page.goto(link);
    await eve.page.getByRole('button', { name: 'Not now' }).click();
    expect(await friendsOf('eve')).toEqual([]);
  });
});
