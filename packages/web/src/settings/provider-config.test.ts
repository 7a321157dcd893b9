/** Checks that an invalid sign-in.json counts as none. */
import { expect, it } from '@jest/globals';
import { parseProviderConfig } from './provider-config.ts';

const GOOD = { issuer: 'https://id.example.org', clientId: 'page', scope: 'openid', audience: 'api', token: 'id' };

it('names the provider, with the defaults of what it leaves out', () => {
  expect(parseProviderConfig(GOOD)).toEqual(GOOD);
  const { issuer, clientId, scope } = GOOD;
  expect(parseProviderConfig({ issuer, clientId, scope })).toEqual({ ...GOOD, audience: '', token: 'access' });
});

it.each([null, [], 'x', {}, { ...GOOD, issuer: '' }, { ...GOOD, clientId: 7 }])('%j is none', (value) => {
  expect(parseProviderConfig(value)).toBeNull();
});
