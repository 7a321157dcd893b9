/** Tests what a tab does with the answers of an identity provider. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ProviderError, type ProviderErrorCode } from './provider-error.ts';
import type { PendingSignIn, ProviderFlow, ProviderTokens } from './provider-flow.ts';
import { ProviderSignIn } from './provider-sign-in.ts';
import { tabStore } from './tab-store.ts';

const PAGE = 'https://page.example/nearby/';
const PROVIDER = new URL('https://id.example/authorize');

class FakeStorage implements Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
  readonly items = new Map<string, string>();
  getItem = (key: string) => this.items.get(key) ?? null;
  setItem = (key: string, text: string) => void this.items.set(key, text);
  removeItem = (key: string) => void this.items.delete(key);
}

let storage: FakeStorage;
let address: string;
let left: string[];
let isAlone: boolean;
let isSecure: boolean;
let now: number;
let issued: number;
let failure: ProviderErrorCode | undefined;
let refreshed: string[];
let isRefreshing: boolean;
let kind: 'access' | 'id';

beforeEach(() => {
  storage = new FakeStorage();
  address = PAGE;
  left = [];
  isAlone = true;
  isSecure = true;
  now = 1_000_000;
  issued = 0;
  failure = undefined;
  refreshed = [];
  isRefreshing = true;
  kind = 'access';
});

function issue(): ProviderTokens {
  if (failure !== undefined) throw new ProviderError(failure);
  issued++;
  return {
    accessToken: `access-${issued}`,
    idToken: `id-${issued}`,
    refreshToken: isRefreshing ? `refresh-${issued}` : undefined,
    expiresInSeconds: 300,
  };
}

const flow: ProviderFlow = {
  newPending: (isSilent) => ({ state: `state-${left.length}`, nonce: 'nonce', verifier: 'verifier', isSilent }),
  authorizationUrl: async ({ isSilent }: PendingSignIn) => {
    if (failure === 'unreachable') throw new ProviderError(failure);
    return new URL(`${PROVIDER.href}${isSilent ? '?prompt=none' : ''}`);
  },
  exchange: async () => issue(),
  refresh: async (token) => {
    refreshed.push(token);
    return issue();
  },
  endSessionUrl: async (idToken) => new URL(`https://id.example/end?hint=${idToken}`),
};

/** A document of the tab; a reload makes another one. */
const open = (): ProviderSignIn =>
  new ProviderSignIn({
    flow: async () => flow,
    store: tabStore('/nearby/', () => storage as unknown as Storage),
    token: kind,
    window: {
      url: () => new URL(address),
      replaceUrl: ({ href }) => {
        address = href;
      },
      leaveFor: ({ href }) => void left.push(href),
      isSecure: () => isSecure,
      now: () => now,
      claim: async () => isAlone,
    },
  });

async function signIn(): Promise<string | null> {
  await open().begin();
  address = `${PAGE}?code=c&state=state-${left.length - 1}&iss=https%3A%2F%2Fid.example#invite=x`;
  return await open().resume();
}

const refusal = (code: ProviderErrorCode) => ({ name: 'ProviderError', code });

describe('a tab that was begun to be signed in', () => {
  it('has the token, and an address without the answer and with all else', async () => {
    expect(await signIn()).toBe('access-1');
    expect(left).toEqual([PROVIDER.href]);
    expect(address).toBe(`${PAGE}#invite=x`);
  });

  it('sends the ID token where that is what the API takes', async () => {
    kind = 'id';
    expect(await signIn()).toBe('id-1');
  });

  it.each(['denied', 'unavailable', 'unexpected', 'wrong_clock', 'unreachable'] as const)(
    'passes on that it is %s, and its address is clean',
    async (code) => {
      await open().begin();
      failure = code;
      address = `${PAGE}?error=x&state=state-0`;
      await expect(open().resume()).rejects.toMatchObject(refusal(code));
      expect(address).toBe(PAGE);
      // A reload begins nothing.
      expect(await open().resume()).toBeNull();
    },
  );

  it('takes an answer once, and none with another state', async () => {
    await signIn();
    storage.items.delete('nearby-friends:tokens:/nearby/');
    address = `${PAGE}?code=c&state=state-0`;
    await expect(open().resume()).rejects.toMatchObject(refusal('not_begun_here'));
    await open().begin();
    address = `${PAGE}?code=c&state=another`;
    await expect(open().resume()).rejects.toMatchObject(refusal('not_begun_here'));
    expect(issued).toBe(1);
  });

  it('says of a code that was used that the sign-in is over', async () => {
    await open().begin();
    failure = 'expired';
    address = `${PAGE}?code=c&state=state-0`;
    await expect(open().resume()).rejects.toMatchObject(refusal('not_begun_here'));
  });

  it('does not begin without a secure page, nor while the provider is away', async () => {
    failure = 'unreachable';
    await expect(open().begin()).rejects.toMatchObject(refusal('unreachable'));
    isSecure = false;
    await expect(open().begin()).rejects.toMatchObject(refusal('insecure'));
    expect(left).toEqual([]);
  });
});

describe('a tab that is signed in', () => {
  it('stays so over a reload, and ignores old answers on the way back', async () => {
    await signIn();
    expect(await open().resume()).toBe('access-1');
    address = `${PAGE}?code=c&state=state-0`;
    expect(await open().resume()).toBe('access-1');
    expect(address).toBe(PAGE);
  });

  it('renews with the newest refresh token, also when it was reloaded after the end of the token', async () => {
    await signIn();
    expect(await open().renew()).toBe('access-2');
    now += 300_000;
    expect(await open().resume()).toBe('access-3');
    expect(refreshed).toEqual(['refresh-1', 'refresh-2']);
    // Without a new one the old one goes on.
    isRefreshing = false;
    await open().renew();
    await open().renew();
    expect(refreshed.slice(2)).toEqual(['refresh-3', 'refresh-3']);
  });

  it('keeps what it has while the provider is away', async () => {
    await signIn();
    failure = 'unavailable';
    await expect(open().renew()).rejects.toMatchObject(refusal('unavailable'));
    failure = undefined;
    expect(await open().renew()).toBe('access-2');
    expect(left).toHaveLength(1);
  });

  it('goes to the provider without a word where no refresh token is left, and comes back signed in', async () => {
    isRefreshing = false;
    await signIn();
    expect(await open().renew()).toBe('leaving');
    address = `${PAGE}?code=c&state=state-1`;
    expect(await open().resume()).toBe('access-2');
    isRefreshing = true;
    await open().renew();
    expect(left[1]).toBe(`${PROVIDER.href}?prompt=none`);
  });

  it('is signed out when the provider no longer knows the user', async () => {
    await signIn();
    failure = 'expired';
    expect(await open().renew()).toBe('leaving');
    address = `${PAGE}?error=login_required&state=state-1`;
    await expect(open().resume()).rejects.toMatchObject(refusal('expired'));
    expect(await open().resume()).toBeNull();
  });

  it('and is a copy of another tab takes none of its tokens', async () => {
    await signIn();
    isAlone = false;
    expect(await open().resume()).toBe('leaving');
    expect(left[1]).toBe(`${PROVIDER.href}?prompt=none`);
    expect([...storage.items.keys()]).toEqual(['nearby-friends:pending:/nearby/']);
  });

  it('forgets all at its end, and ends the session at the provider', async () => {
    await signIn();
    await open().end();
    expect(storage.items.size).toBe(0);
    expect(left[1]).toBe('https://id.example/end?hint=id-1');
    await open().end();
    expect(left).toHaveLength(2);
  });
});
