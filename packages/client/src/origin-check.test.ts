import { afterEach, describe, expect, it } from '@jest/globals';
import type { FetchLike } from './api/fetch-like.ts';
import { NearbyError } from './nearby-error.ts';
import { OriginCheck } from './origin-check.ts';

const NETWORK = new NearbyError({ code: 'network', message: 'No.', retryable: true });
const TIMEOUT = new NearbyError({ code: 'timeout', message: 'No.', retryable: true });
const response = { ok: false, status: 0, headers: new Headers(), text: async () => '' };

function pageOf(origin: string): void {
  Object.defineProperty(globalThis, 'location', { value: { origin }, configurable: true });
}
afterEach(() => {
  Reflect.deleteProperty(globalThis, 'location');
});

function check(fetch: FetchLike = async () => response) {
  const asked: string[] = [];
  const originCheck = new OriginCheck({
    base: 'https://nearby.example.org/sub',
    fetch: async (url, init) => {
      asked.push(`${init.mode} ${url}`);
      return fetch(url, init);
    },
  });
  return { originCheck, asked };
}

describe('a page of another origin', () => {
  it('is told that the server refuses its origin, if the server responds', async () => {
    pageOf('https://app.example.org');
    const { originCheck, asked } = check();
    expect(await originCheck.explain(NETWORK)).toMatchObject({
      code: 'origin_refused',
      retryable: true,
      cause: NETWORK,
    });
    expect(asked).toEqual(['no-cors https://nearby.example.org/sub/']);
  });

  it('is told of the network if the server does not respond, and of any other failure as it is', async () => {
    pageOf('https://app.example.org');
    const away = check(async () => {
      throw new TypeError('Failed to fetch');
    });
    expect(await away.originCheck.explain(NETWORK)).toBe(NETWORK);
    const { originCheck, asked } = check();
    expect(await originCheck.explain(TIMEOUT)).toBe(TIMEOUT);
    expect(asked).toEqual([]);
  });
});

it.each([
  ['a page of the deployment', 'https://nearby.example.org'],
  ['a program', undefined],
])('%s asks nothing', async (_, origin) => {
  if (origin !== undefined) pageOf(origin);
  const { originCheck, asked } = check();
  expect(await originCheck.explain(NETWORK)).toBe(NETWORK);
  expect(asked).toEqual([]);
});
