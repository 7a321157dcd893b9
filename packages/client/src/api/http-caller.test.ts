/** Tests every failure of a call against a server scripted by the test. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import { AccessToken, type Credentials } from '../access-token.ts';
import { NearbyError } from '../nearby-error.ts';
import { HttpCaller } from './http-caller.ts';

type Respond = (response: ServerResponse, request: IncomingMessage) => void;

let respond: Respond;
const requests: { readonly path: string; readonly authorization: string | undefined }[] = [];
const server = createServer((request, response) => {
  requests.push({ path: `${request.method} ${request.url}`, authorization: request.headers.authorization });
  respond(response, request);
});
let url: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function callerOf(credentials: Credentials, base = url) {
  requests.length = 0;
  const clock = new ManualClock();
  const token = new AccessToken(credentials, () => clock.now());
  return { clock, caller: new HttpCaller({ base, token, fetch: globalThis.fetch, clock }) };
}

/** Returns the error of a call as a plain object. */
async function failureOf(pending: Promise<unknown>) {
  const error = await pending.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof NearbyError)) throw error;
  const { name, code, message, retryable, status, retryAfterMs, defects } = error;
  return { name, code, message, retryable, status, retryAfterMs, defects };
}

const problem = (status: number, body: object | string, headers: Record<string, string> = {}): Respond => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return (response) => response.writeHead(status, { 'content-type': 'application/problem+json', ...headers }).end(text);
};
const get = { method: 'GET', path: '/me' } as const;

describe('a call', () => {
  it('sends token, query and body, and resolves with the response body', async () => {
    const { caller } = callerOf({ token: 'secret' });
    respond = (response, request) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on('end', () => response.end(JSON.stringify({ type: request.headers['content-type'], body })));
    };
    const query = { limit: 5, cursor: 'a b&c', nothing: undefined };
    expect(await caller.call({ method: 'PUT', path: '/x', query, body: { y: 1 } })).toEqual({
      type: 'application/json',
      body: '{"y":1}',
    });
    expect(requests).toEqual([{ path: 'PUT /api/v1/x?limit=5&cursor=a+b%26c', authorization: 'Bearer secret' }]);
  });

  it('resolves with undefined for an empty response', async () => {
    const { caller } = callerOf({ token: 'x' });
    respond = (response) => response.writeHead(204).end();
    expect(await caller.call({ method: 'DELETE', path: '/me' })).toBeUndefined();
  });
});

describe('a failure', () => {
  it.each<[string, Respond, object]>([
    [
      'problem document of the API',
      problem(400, {
        code: 'invalid_payload',
        title: 'T',
        detail: 'Wrong at limit.',
        retryable: false,
        errors: [{ path: 'limit', message: 'too big' }, 'odd'],
      }),
      {
        code: 'invalid_payload',
        message: 'Wrong at limit.',
        retryable: false,
        status: 400,
        defects: [{ path: 'limit', message: 'too big' }],
      },
    ],
    [
      'problem document without detail',
      problem(429, { code: 'rate_limited', title: 'Too many requests' }, { 'retry-after': '5' }),
      { code: 'rate_limited', message: 'Too many requests.', retryable: true, status: 429, retryAfterMs: 5_000 },
    ],
    [
      'transient failure of the service',
      problem(503, { code: 'unavailable', detail: 'Later.', retryable: true }, { 'retry-after': '2' }),
      { code: 'unavailable', message: 'Later.', retryable: true, status: 503, retryAfterMs: 2_000 },
    ],
    [
      'unknown error code',
      problem(409, { code: 'too_modern', detail: 'No.', retryable: false }),
      { code: 'bad_answer', message: 'No.', retryable: false, status: 409 },
    ],
    [
      'HTML of a proxy',
      problem(502, '<h1>Bad Gateway</h1>'),
      {
        code: 'unavailable',
        message: 'The server responded with status 502 without a reason.',
        retryable: true,
        status: 502,
      },
    ],
    [
      'JSON that is not a problem document',
      problem(404, '"x"'),
      {
        code: 'bad_answer',
        message: 'The server responded with status 404 without a reason.',
        retryable: false,
        status: 404,
      },
    ],
    ['HTML with status 200', problem(200, '<html>'), { code: 'bad_answer', retryable: false, status: 200 }],
    ['connection reset', (response) => response.destroy(), { code: 'network', retryable: true }],
  ])('%s', async (_whose, how, expected) => {
    const { caller } = callerOf({ token: 'x' });
    respond = how;
    expect(await failureOf(caller.call(get))).toMatchObject({ name: 'NearbyError', defects: [], ...expected });
  });

  it('unreachable server: code network', async () => {
    const { caller } = callerOf({ token: 'x' }, 'http://127.0.0.1:1');
    expect(await failureOf(caller.call(get))).toMatchObject({ code: 'network', retryable: true, status: undefined });
  });

  it('response too late: code timeout', async () => {
    const { caller, clock } = callerOf({ token: 'x' });
    const requested = new Promise<void>((resolve) => {
      respond = () => resolve();
    });
    const failed = failureOf(caller.call(get));
    await requested;
    clock.advance(20_000);
    expect(await failed).toMatchObject({ code: 'timeout', retryable: true });
    expect(clock.pending).toBe(0);
  });

  it('aborted by the caller: rejects with the reason of the signal', async () => {
    const { caller, clock } = callerOf({ token: 'x' });
    const controller = new AbortController();
    respond = () => controller.abort(new Error('changed my mind'));
    await expect(caller.call({ ...get, signal: controller.signal })).rejects.toThrow('changed my mind');
    await expect(caller.call({ ...get, signal: controller.signal })).rejects.toThrow('changed my mind');
    expect(requests.length).toBe(1);
    expect(clock.pending).toBe(0);
  });
});

describe('a refused token', () => {
  const refusal = problem(401, { code: 'unauthorized', detail: 'No.', retryable: false });
  const expiry = problem(401, { code: 'token_expired', detail: 'Ended.', retryable: true });
  const only =
    (good: string, refuse: Respond): Respond =>
    (response, request) =>
      request.headers.authorization === `Bearer ${good}` ? response.end('{}') : refuse(response, request);

  it('is replaced and the call is repeated once', async () => {
    const { caller } = callerOf({ token: 'old', getToken: async () => 'new' });
    respond = only('new', refusal);
    expect(await caller.call(get)).toEqual({});
    expect(requests.map(({ authorization }) => authorization)).toEqual(['Bearer old', 'Bearer new']);
  });

  it.each<[string, Credentials, number]>([
    ['there is no getToken', { token: 'old' }, 1],
    ['getToken returns the same token', { getToken: async () => 'same' }, 1],
    ['the other token is refused too', { token: 'old', getToken: async () => 'bad' }, 2],
  ])('rejects the call when %s', async (_when, credentials, calls) => {
    const { caller } = callerOf(credentials);
    respond = only('new', refusal);
    expect(await failureOf(caller.call(get))).toMatchObject({ code: 'unauthorized', retryable: false, status: 401 });
    expect(requests.length).toBe(calls);
  });

  it('does not sign in again when the call revokes its token', async () => {
    const { caller } = callerOf({ token: 'old', getToken: async () => 'new' });
    respond = only('new', refusal);
    const erase = { method: 'DELETE', path: '/me', revokesToken: true } as const;
    expect(await failureOf(caller.call(erase))).toMatchObject({ code: 'unauthorized' });
    expect(requests.length).toBe(1);
    respond = only('new', expiry);
    expect(await caller.call(erase)).toEqual({});
  });
});

describe('[A2] an erased account', () => {
  it.each([
    ['that its own call has erased', { method: 'DELETE', path: '/me', revokesToken: true, erasesAccount: true }, true],
    ['that another device has erased', get, false],
  ] as const)(
    '%s ends the calls for good, and no token is fetched that would begin a new one',
    async (_, call, isOk) => {
      let fetched = 0;
      const { caller } = callerOf({ token: 'old', getToken: async () => `newer ${++fetched}` });
      respond = isOk
        ? (response) => response.writeHead(204).end()
        : problem(401, { code: 'account_erased', retryable: false, detail: 'It is gone.' });
      const first = caller.call(call);
      if (isOk) await first;
      else expect(await failureOf(first)).toMatchObject({ code: 'account_erased', retryable: false });
      expect(await failureOf(caller.call(get))).toMatchObject({ code: 'account_erased', retryable: false });
      expect([requests.length, fetched]).toEqual([1, 0]);
    },
  );

  it('is not meant by a token that is not valid yet: the call fails as retryable, without a newer token', async () => {
    const { caller } = callerOf({ token: 'early', getToken: async () => 'later still' });
    respond = problem(401, { code: 'token_not_yet_valid', retryable: true, detail: 'Wait.' });
    expect(await failureOf(caller.call(get))).toMatchObject({ code: 'token_not_yet_valid', retryable: true });
    expect(requests.length).toBe(1);
  });
});
