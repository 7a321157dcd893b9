/** Creates the typed HTTP API: maps each call to a method, a path and a body. */
import { AccessToken, type Credentials } from '../access-token.ts';
import { baseUrl } from '../base-url.ts';
import { type Clock, systemClock } from '../clock.ts';
import { NearbyError } from '../nearby-error.ts';
import type { Api, CallOptions, GrantOptions, PagedList, PageOptions } from './api.ts';
import type { Grant, Invite, ListedDevice, Page } from './api-resources.ts';
import type { FetchLike } from './fetch-like.ts';
import { type Call, HttpCaller } from './http-caller.ts';

/** Options of `createApi`. */
export interface ApiOptions extends Credentials {
  /** The deployment's public address, for example `https://nearby.example.org` or `https://example.org/nearby`. */
  readonly url: string;
  /** Default: the global `fetch`. */
  readonly fetch?: FetchLike;
  /** Sent with every call. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the system clock. */
  readonly clock?: Clock;
}

/** Creates the HTTP API without a live connection. Throws a `NearbyError` (`invalid_option`) for a wrong `url` or no token. */
export function createApi(options: ApiOptions): Api {
  const { headers, clock = systemClock, fetch = (...call) => globalThis.fetch(...call) } = options;
  const base = baseUrl(options.url);
  const token = new AccessToken(options, () => clock.now());
  return apiOver(new HttpCaller({ base, token, fetch, headers, clock }));
}

/** Response types are asserted, not parsed: a test checks them against the OpenAPI document at `/api/docs`. */
export function apiOver(caller: Pick<HttpCaller, 'call'>): Api {
  const call = async <T>(
    method: Call['method'],
    path: string | readonly string[],
    { signal }: CallOptions = {},
    more: Pick<Call, 'body' | 'query' | 'revokesToken' | 'erasesAccount'> = {},
  ): Promise<T> => (await caller.call({ method, path: pathText(path), signal, ...more })) as T;
  const pages = <T>(path: string): PagedList<T> =>
    pagedList(({ limit, cursor, ...options }) => call<Page<T>>('GET', path, options, { query: { limit, cursor } }));

  return {
    me: {
      get: (options) => call('GET', '/me', options),
      update: (change, options) => call('PATCH', '/me', options, { body: change }),
    },
    friends: {
      ...pages('/friends'),
      remove: (id, options) => call('DELETE', ['/friends', id], options),
    },
    viewers: {
      ...pages('/viewers'),
      grant: (id, { precision, until = null }, options) =>
        call('PUT', ['/viewers', id], options, { body: { precision, until } }),
    },
    requests: {
      list: (options) => call('GET', '/friend-requests', options),
      send: async (to, options) =>
        void (await call('POST', '/friend-requests', options, { body: { to, ...choiceOf(options) } })),
      accept: (from, options) =>
        call('POST', ['/friend-requests', from, 'accept'], options, { body: choiceOf(options) }),
      decline: (from, options) => call('DELETE', ['/friend-requests', from], options),
      withdraw: (to, options) => call('DELETE', ['/friend-requests', to], options),
    },
    invites: {
      list: async (options) => (await call<{ items: Invite[] }>('GET', '/me/invites', options)).items,
      create: (invite = {}, options) => call('POST', '/me/invites', options, { body: { ...invite } }),
      revoke: (id, options) => call('DELETE', ['/me/invites', id], options),
      preview: (code, options) => call('POST', '/invites/preview', options, { body: { code } }),
      accept: async (code, options) => {
        const body = { code, ...choiceOf(options) };
        return (await call<{ inviterId: string }>('POST', '/invites/accept', options, { body })).inviterId;
      },
    },
    blocks: {
      ...pages('/blocks'),
      add: (userId, options) => call('POST', '/blocks', options, { body: { userId } }),
      remove: (userId, options) => call('DELETE', ['/blocks', userId], options),
    },
    sharing: {
      get: (options) => call('GET', '/me/sharing', options),
      pause: (until = null, options) => call('PUT', '/me/sharing', options, { body: { paused: true, until } }),
      resume: (until = null, options) => call('PUT', '/me/sharing', options, { body: { paused: false, until } }),
    },
    devices: {
      list: async (options) => (await call<{ items: ListedDevice[] }>('GET', '/me/devices', options)).items,
      register: ({ name, staysVisibleSeconds }, options) =>
        call('POST', '/me/devices', options, { body: { name, staysVisibleSeconds } }),
      remove: (id, options) => call('DELETE', ['/me/devices', id], options),
    },
    alerts: {
      get: (options) => call('GET', '/me/alerts', options),
      set: (change, options) => call('PATCH', '/me/alerts', options, { body: change }),
      mute: (friendId, mutedUntil, options) =>
        call('PUT', ['/friends', friendId, 'alerts'], options, { body: { mutedUntil } }),
    },
    push: {
      key: async (options) => (await call<{ key: string }>('GET', '/push/key', options)).key,
      subscribe: async ({ endpoint, keys }, { language = 'en', ...options } = {}) => {
        const body = { endpoint, keys: { p256dh: keys?.['p256dh'], auth: keys?.['auth'] }, language };
        await call('PUT', '/me/push-subscriptions', options, { body });
      },
      unsubscribe: async (endpoint, options) =>
        await call('DELETE', ['/me/push-subscriptions', await idOfEndpoint(endpoint)], options),
    },
    account: {
      export: (options) => call('GET', '/me/export', options),
      signOutEverywhere: (options) => call('POST', '/me/sign-out', options, { revokesToken: true }),
      signOut: ({ everywhere = false, stopSharing = false } = {}, options) =>
        call('POST', '/me/sign-out', options, { body: { everywhere, stopSharing }, revokesToken: everywhere }),
      erase: (options) => call('DELETE', '/me', options, { revokesToken: true, erasesAccount: true }),
    },
  };
}

/** The SHA-256 of the endpoint, in base64url. Browsers that can subscribe to push messages have `crypto.subtle`. */
async function idOfEndpoint(endpoint: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(endpoint)));
  return btoa(String.fromCharCode(...hash))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** Without a choice the server keeps that of an earlier request. */
function choiceOf({ precision, until }: GrantOptions = {}): Partial<Grant> {
  return { ...(precision === undefined ? {} : { precision }), ...(until === undefined ? {} : { until }) };
}

function pagedList<T>(page: (options: PageOptions) => Promise<Page<T>>): PagedList<T> {
  return {
    page: (options = {}) => page(options),
    async *all(options = {}) {
      let cursor: string | undefined;
      do {
        const { items, nextCursor } = await page({ ...options, cursor });
        yield* items;
        cursor = nextCursor ?? undefined;
      } while (cursor !== undefined);
    },
  };
}

const USER_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Joins fixed parts and one id. An invalid id could change the path, so it is refused here. */
function pathText(path: string | readonly string[]): string {
  if (typeof path === 'string') return path;
  const [, id = ''] = path;
  if (USER_ID.test(id)) return path.join('/');
  const message = 'id must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -';
  throw new NearbyError({ code: 'invalid_payload', message, retryable: false, defects: [{ path: 'id', message }] });
}
