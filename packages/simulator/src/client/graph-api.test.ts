/** Calls of the API: all pages are read, transient failures are retried, and a refusal names the remedy without a token. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { GraphApi } from './graph-api.ts';
import { TokenCache } from './tokens.ts';

const [anna, ben] = [parseUserId('anna'), parseUserId('ben')];

interface StubResponse {
  readonly status: number;
  readonly body?: unknown;
}

let server: Server | undefined;
afterEach(() => void server?.close());

/** An API with this response; `requests` are those it received. */
async function serve(
  respond: (request: IncomingMessage) => StubResponse,
): Promise<{ api: GraphApi; requests: string[] }> {
  const requests: string[] = [];
  server = createServer((request, response) => {
    requests.push(`${request.headers.authorization} ${request.method} ${request.url}`);
    const { status, body } = respond(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => {
    server?.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tokens = new TokenCache((user) => Promise.resolve(`token-of-${user}`));
  return { api: new GraphApi({ url, tokens, addressOf: () => '10.0.0.1' }), requests };
}

describe('the API of the friend graph', () => {
  it('gives all friends, page by page', async () => {
    const { api, requests } = await serve(({ url = '' }) =>
      url.includes('cursor=')
        ? { status: 200, body: { items: [{ id: 'ben' }], nextCursor: null } }
        : { status: 200, body: { items: [{ id: 'zoe' }], nextCursor: 'a b' } },
    );
    expect([...(await api.friendsOf(anna))]).toEqual(['zoe', 'ben']);
    expect(requests).toEqual([
      'Bearer token-of-anna GET /api/v1/friends?limit=200',
      'Bearer token-of-anna GET /api/v1/friends?limit=200&cursor=a+b',
    ]);
  });

  it('makes two users friends by requests of both, and retries when the service is busy', async () => {
    let calls = 0;
    const { api, requests } = await serve(() => {
      calls += 1;
      return calls === 1 ? { status: 503, body: { code: 'unavailable' } } : { status: 202, body: {} };
    });
    await api.befriend(anna, ben);
    expect(requests.map((line) => line.split(' ')[1])).toEqual(['token-of-anna', 'token-of-anna', 'token-of-ben']);
  });

  it('changes a name only if it differs', async () => {
    const { api, requests } = await serve(() => ({ status: 200, body: { displayName: 'Anna' } }));
    await api.name(anna, 'Anna');
    await api.name(anna, 'Änna');
    expect(requests.map((line) => line.split(' ')[2])).toEqual(['GET', 'GET', 'PATCH']);
  });

  it('names what was refused, without user and token', async () => {
    const { api } = await serve(() => ({ status: 401, body: { code: 'unauthorized' } }));
    await expect(api.friendsOf(anna)).rejects.toThrow(
      'Listing friends was refused: 401 unauthorized. Check the friend-graph service’s log; are the tokens those of this deployment?',
    );
  });
});
