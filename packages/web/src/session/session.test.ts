/** Tests sign-in against a server that takes the user's id from another claim than `sub`. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { english } from '../texts/english.ts';
import { Session } from './session.ts';

const claims = Buffer.from(JSON.stringify({ sub: 'auth0|5f7c', email: 'ada@example.org', exp: 4e9 }));
const token = `x.${claims.toString('base64url')}.x`;
const profile = { id: 'ada_40example_2Eorg', displayName: 'Ada', radiusMeters: 500, createdAt: 1 };
const config = { startAt: { lat: 0, lng: 0 } } as ConstructorParameters<typeof Session>[0]['config'];

let server: Server;
let session: Session;
let status = 200;

beforeEach(async () => {
  status = 200;
  server = createServer(({ url, headers }, response) => {
    const isMine = url === '/api/v1/me' && headers.authorization === `Bearer ${token}`;
    response.writeHead(isMine ? status : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isMine && status === 200 ? profile : { code: 'unauthorized', title: 'No.' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseURI = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const page = { baseURI, addEventListener: () => undefined, removeEventListener: () => undefined };
  Object.defineProperty(globalThis, 'document', { value: page, configurable: true });
  session = new Session({ config, texts: () => english });
});
afterEach(async () => {
  const state = session.state.value;
  if (state.kind === 'signed-in') {
    state.connection.close();
    state.people.stop();
  }
  Reflect.deleteProperty(globalThis, 'document');
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('signing in with a token', () => {
  it('shows the id that the server uses, whichever claim it is from', async () => {
    await session.signInWith(token);
    expect(session.state.value).toMatchObject({ kind: 'signed-in', userId: profile.id, isTrial: false });
  });

  it('that the server refuses opens nothing, and says why', async () => {
    status = 401;
    await session.signInWith(token);
    expect(session.state.value).toMatchObject({ kind: 'signed-out', problem: { code: 'unauthorized' } });
    await session.signInWith('not a token');
    expect(session.state.value).toMatchObject({ kind: 'signed-out' });
  });
});
