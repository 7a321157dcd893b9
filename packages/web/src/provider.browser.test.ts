/** Tests signing in with a real identity provider, whose keys the services use. */
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { findFreePort, type Stack, startStack } from '@nearby-friends/local-stack';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import { eventually } from '@nearby-friends/testing/eventually';
import { axeViolations } from './test-support/axe-violations.ts';
import { useBrowsers } from './test-support/browsers.ts';
import { AUDIENCE, CLIENT_ID, IdentityProvider } from './test-support/identity-provider.ts';
import type { PersonPage } from './test-support/person-page.ts';

const START_TIMEOUT_MS = 120_000;

describeInBrowser('signing in with an identity provider', () => {
  let stack: Stack;
  let provider: IdentityProvider;
  const deployment = {
    get url(): string {
      return stack.url;
    },
  };
  const browsers = useBrowsers(deployment, () => [new URL(provider.issuer).host]);

  beforeAll(async () => {
    provider = new IdentityProvider(await findFreePort());
    const tokens = {
      JWT_SECRET: '',
      JWKS_URL: `${provider.issuer}/jwks`,
      JWT_ISSUER: provider.issuer,
      JWT_AUDIENCE: AUDIENCE,
    };
    stack = await startStack({
      gateways: 1,
      locations: 1,
      friendGraphs: 1,
      env: {
        gateway: tokens,
        'friend-graph': { ...tokens, DEV_TOKENS: 'false' },
        nginx: { OIDC_ISSUER: provider.issuer, OIDC_CLIENT_ID: CLIENT_ID, OIDC_AUDIENCE: AUDIENCE },
      },
    });
    await provider.start(`${stack.url}/`);
  }, START_TIMEOUT_MS);
  beforeEach(() => {
    provider.accessTokenSeconds = 3_600;
    provider.givesRefreshTokens = true;
    provider.grants.clear();
  });
  afterAll(async () => {
    await stack.stop();
    await provider.stop();
  }, START_TIMEOUT_MS);

  const begin = async ({ page }: PersonPage): Promise<void> =>
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  const logIn = async (person: PersonPage, name: string): Promise<void> => {
    const { page } = person;
    await begin(person);
    await page.getByPlaceholder('Enter any login').fill(name);
    await page.getByPlaceholder('and password').fill('any');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
  };
  const isIn = async ({ page }: PersonPage, name: string): Promise<void> =>
    await page.getByRole('heading', { level: 1, name }).waitFor();
  const problem = async ({ page }: PersonPage): Promise<string | null> => await page.getByRole('alert').textContent();

  it('leads there and back, leaves nothing in the address, and lasts over a reload', async () => {
    const ada = await browsers.visit();
    expect(await axeViolations(ada)).toEqual([]);
    await logIn(ada, 'ada');
    await isIn(ada, 'ada');
    expect(ada.page.url()).toBe(`${stack.url}/`);
    await ada.page.reload();
    await isIn(ada, 'ada');
    expect([...provider.grants]).toEqual([['authorization_code', 1]]);
  });

  it('is renewed before the token expires, with each refresh token once, and the connection stays', async () => {
    provider.accessTokenSeconds = 16;
    const ben = await browsers.visit();
    await logIn(ben, 'ben');
    await isIn(ben, 'ben');
    await eventually(() => expect(provider.grants.get('refresh_token')).toBeGreaterThanOrEqual(3), 90_000);
    await isIn(ben, 'ben');
    expect(await ben.page.getByText('Connection lost').count()).toBe(0);
    expect(provider.grants.get('authorization_code')).toBe(1);
  });

  it('goes on by the session at the provider where there are no refresh tokens', async () => {
    provider.givesRefreshTokens = false;
    provider.accessTokenSeconds = 16;
    const cara = await browsers.visit();
    await logIn(cara, 'cara');
    await isIn(cara, 'cara');
    await eventually(() => expect(provider.grants.get('authorization_code')).toBeGreaterThanOrEqual(2), 90_000);
    await isIn(cara, 'cara');
    expect(cara.page.url()).toBe(`${stack.url}/`);
  });

  it('ends on sign-out here and at the provider', async () => {
    const dora = await browsers.visit();
    await logIn(dora, 'dora');
    await isIn(dora, 'dora');
    await dora.page.getByRole('button', { name: 'Settings' }).click();
    await dora.page.getByRole('button', { name: 'Sign out' }).click();
    await dora.page.getByRole('button', { name: 'Yes, sign me out' }).click();
    await dora.page.waitForURL((url) => url.host === new URL(stack.url).host);
    expect(await dora.page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.includes('tokens')))).toEqual(
      [],
    );
    // The provider asks again who it is.
    await begin(dora);
    await dora.page.getByPlaceholder('Enter any login').waitFor();
  });

  it('says so when the user refuses, and when the answer belongs to no sign-in of this tab', async () => {
    const eva = await browsers.visit();
    await begin(eva);
    await eva.page.getByText('[ Cancel ]').click();
    expect(await problem(eva)).toBe(
      'You were not signed in, since the access was refused there. Sign in again and allow it.',
    );
    expect(eva.page.url()).toBe(`${stack.url}/`);
    expect(await axeViolations(eva)).toEqual([]);
    await eva.page.goto(`${stack.url}/?code=x&state=y&iss=${encodeURIComponent(provider.issuer)}`);
    expect(await problem(eva)).toBe('That sign-in is over, or was begun in another tab or window. Sign in again.');
    expect(eva.page.url()).toBe(`${stack.url}/`);
    // An answer in the name of another provider.
    await begin(eva);
    await eva.page.getByPlaceholder('Enter any login').waitFor();
    await eva.page.goto(stack.url);
    const state = await eva.page.evaluate(
      () => (JSON.parse(sessionStorage.getItem('nearby-friends:pending:/') ?? '{}') as { state: string }).state,
    );
    await eva.page.goto(`${stack.url}/?code=x&state=${state}&iss=https%3A%2F%2Fanother.example`);
    expect(await problem(eva)).toBe(
      'The identity provider’s answer is not valid here. Sign in again; if that does not help, tell the operator of this system.',
    );
    expect(eva.page.url()).toBe(`${stack.url}/`);
  });

  it('says so when the provider is away, and works when it is back', async () => {
    const finn = await browsers.visit();
    await provider.stop();
    await begin(finn);
    expect(await problem(finn)).toBe(
      'The identity provider cannot be reached. Check the connection and sign in again in a moment.',
    );
    await provider.start(`${stack.url}/`);
    await logIn(finn, 'finn');
    await isIn(finn, 'finn');
  });

  it('takes the way back to the page, and is left alone by a copy of the tab', async () => {
    const gus = await browsers.visit();
    await begin(gus);
    await gus.page.getByPlaceholder('Enter any login').waitFor();
    await gus.page.goBack();
    await logIn(gus, 'gus');
    await isIn(gus, 'gus');
    const [copy] = await Promise.all([
      gus.page.context().waitForEvent('page'),
      gus.page.evaluate(() => void window.open(document.baseURI, '_blank')),
    ]);
    await copy.getByRole('heading', { level: 1, name: 'gus' }).waitFor();
    const refreshTokens = await Promise.all(
      [gus.page, copy].map((page) =>
        page.evaluate(() => {
          const key = Object.keys(sessionStorage).find((name) => name.includes('tokens')) ?? '';
          return (JSON.parse(sessionStorage.getItem(key) ?? '{}') as { refreshToken: string }).refreshToken;
        }),
      ),
    );
    expect(new Set(refreshTokens).size).toBe(2);
    await gus.page.reload();
    await isIn(gus, 'gus');
  });
});
