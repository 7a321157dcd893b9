/** Calls of the API: all pages are read, what passes is tried again, and a refusal says what to do without a token in it. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { GraphApi } from './graph-api.ts';
import { KeptTokens } from './tokens.ts';

const [anna, ben] = [parseUserId('anna'), parseUserId('ben')];

interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

let server: Server | undefined;
afterEach(() => void server?.close());

/** An API that answers so; `asked` is what it was asked. */
async function serve(answer: (request: IncomingMessage) => Answer): Promise<{ api: GraphApi; asked: string[] }> {
  const asked: string[] = [];
  server = createServer((request, response) => {
    asked.push(`${request.headers.authorization} ${request.method} ${request.url}`);
    const { status, body } = answer(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => {
    server?.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tokens = new KeptTokens((user) => Promise.resolve(`token-of-${user}`));
  return { api: new GraphApi({ url, tokens, addressOf: () => '10.0.0.1' }), asked };
}

describe('the API of the friend graph', () => {
  it('gives all friends, page by page', async () => {
    const { api, asked } = await serve(({ url = '' }) =>
      url.includes('cursor=')
        ? { status: 200, body: { items: [{ id: 'ben' }], nextCursor: null } }
        : { status: 200, body: { items: [{ id: 'zoe' }], nextCursor: 'a b' } },
    );
    expect([...(await api.friendsOf(anna))]).toEqual(['zoe', 'ben']);
    expect(asked).toEqual([
      'Bearer token-of-anna GET /api/v1/friends?limit=200',
      'Bearer token-of-anna GET /api/v1/friends?limit=200&cursor=a%20b',
    ]);
  });

  it('makes friends of two by having both ask, again where the service was busy', async () => {
    let calls = 0;
    const { api, asked } = await serve(() => {
      calls += 1;
      return calls === 1 ? { status: 503, body: { code: 'unavailable' } } : { status: 202, body: {} };
    });
    await api.befriend(anna, ben);
    expect(asked.map((line) => line.split(' ')[1])).toEqual(['token-of-anna', 'token-of-anna', 'token-of-ben']);
  });

  it('names somebody only where they are called otherwise', async () => {
    const { api, asked } = await serve(() => ({ status: 200, body: { displayName: 'Anna' } }));
    await api.name(anna, 'Anna');
    await api.name(anna, 'Änna');
    expect(asked.map((line) => line.split(' ')[2])).toEqual(['GET', 'GET', 'PATCH']);
  });

  it('says what was refused, and not to whom it was said with which token', async () => {
    const { api } = await serve(() => ({ status: 401, body: { code: 'unauthorized' } }));
    await expect(api.friendsOf(anna)).rejects.toThrow(
      'GET /api/v1/friends was refused: 401 unauthorized. Look at the friend-graph service’s log; are the tokens those of this deployment?',
    );
  });
});
