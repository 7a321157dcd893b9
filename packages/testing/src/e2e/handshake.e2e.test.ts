/** Who may connect, through nginx. */
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { eventually } from '../plain/eventually.ts';
import { FERRY_BUILDING } from '../plain/places.ts';
import { openRawSocket } from '../stack/open-raw-socket.ts';
import { useSharedSystem } from '../stack/use-shared-system.ts';

const AUDIENCE = 'nearby-friends';

const system = useSharedSystem();

interface TokenFaults {
  readonly secret?: string;
  readonly algorithm?: string;
  readonly audience?: string;
  readonly issuer?: string;
  readonly subject?: string;
  readonly lifetimeSeconds?: number;
}

async function faultyToken(faults: TokenFaults): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: faults.algorithm ?? 'HS256' })
    .setSubject(faults.subject ?? 'handshake-ann')
    .setAudience(faults.audience ?? AUDIENCE)
    .setIssuer(faults.issuer ?? AUDIENCE)
    .setExpirationTime(now + (faults.lifetimeSeconds ?? 3_600))
    .sign(new TextEncoder().encode(faults.secret ?? system.access.jwtSecret));
}

const unsigned = () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 3_600;
  return `${part({ alg: 'none' })}.${part({ sub: 'handshake-ann', aud: AUDIENCE, iss: AUDIENCE, exp })}.`;
};

describe('the handshake', () => {
  it.each<[string, string, () => Promise<Record<string, unknown>>]>([
    ['no token', 'unauthorized', async () => ({})],
    ['a token that is no string', 'unauthorized', async () => ({ token: { toString: 'x' } })],
    ['a token that is no JWT', 'unauthorized', async () => ({ token: 'x' })],
    ['an unsigned token', 'unauthorized', async () => ({ token: unsigned() })],
    ['another secret', 'unauthorized', async () => ({ token: await faultyToken({ secret: 'x'.repeat(64) }) })],
    ['another algorithm', 'unauthorized', async () => ({ token: await faultyToken({ algorithm: 'HS512' }) })],
    ['another audience', 'unauthorized', async () => ({ token: await faultyToken({ audience: 'x' }) })],
    ['another issuer', 'unauthorized', async () => ({ token: await faultyToken({ issuer: 'x' }) })],
    ['a subject that is no user id', 'unauthorized', async () => ({ token: await faultyToken({ subject: 'a b' }) })],
    ['an expired token', 'token_expired', async () => ({ token: await faultyToken({ lifetimeSeconds: -6 }) })],
    [
      'another protocol version',
      'protocol_version',
      async () => ({ token: await faultyToken({}), protocolVersion: 2 }),
    ],
  ])('[A1] refuses %s', async (_what, code, auth) => {
    const client = system.client({ auth: await auth() });
    const refusal = await client.connect().then(
      () => null,
      (error: unknown) => error,
    );
    expect(refusal).toMatchObject({ data: { code, retryable: code === 'token_expired' } });
  });

  it('[A1] does not take a token from the query string', async () => {
    const client = system.client({ auth: {} });
    client.socket.io.opts.query = { token: await system.token('handshake-ann') };
    await expect(client.connect()).rejects.toMatchObject({ data: { code: 'unauthorized' } });
  });

  it('[A3] closes a connection that has not shown a valid token within 5 s', async () => {
    const socket = openRawSocket(system.url);
    await once(socket, 'open');
    const openedAt = Date.now();
    await once(socket, 'close');
    expect(Date.now() - openedAt).toBeGreaterThan(3_000);
    expect(Date.now() - openedAt).toBeLessThan(8_000);
  });

  it('refuses pages of other origins, by WebSocket and by polling, and serves its own', async () => {
    const token = await system.token('handshake-ann');
    for (const transport of ['websocket', 'polling'] as const) {
      const foreign = system.client({
        token,
        transports: [transport],
        headers: { Origin: 'https://evil.example' },
      });
      await expect(foreign.connect()).rejects.toThrow();
      const own = system.client({ token, transports: [transport], headers: { Origin: system.url } });
      await own.connect();
    }
  });

  it('[A2] takes a new token of the same user in-band, and of no other user', async () => {
    const client = await system.signIn('handshake-ann');
    expect(await client.send('token:refresh', { token: await system.token('handshake-ann') })).toEqual({ ok: true });
    const others = await client.send('token:refresh', { token: await system.token('handshake-bob') });
    expect(others).toMatchObject({ ok: false, code: 'unauthorized' });
    const expired = await client.send('token:refresh', { token: await faultyToken({ lifetimeSeconds: -6 }) });
    expect(expired).toMatchObject({ ok: false, code: 'token_expired' });
    expect(await client.report(FERRY_BUILDING)).toMatchObject({ ok: true });
  });
});

describe('what is reachable from outside [O1]', () => {
  it.each([
    '/health',
    '/ready',
    '/metrics',
    '/socket.io/../metrics',
    '/api/..%2fmetrics',
    '/api/v1/../../metrics',
    '/nothing',
  ])('is not %s', async (path) => {
    const response = await fetch(new URL(system.url) + path.slice(1));
    expect(response.status).toBe(path.includes('%') ? 400 : 404);
    expect(await response.text()).not.toContain('process_cpu');
  });

  it('while every service says for itself whether it lives and can do its job', async () => {
    for (const opsPort of system.opsPorts) {
      for (const path of ['health', 'ready', 'metrics']) {
        await eventually(async () => {
          expect((await fetch(`http://127.0.0.1:${opsPort}/${path}`)).status).toBe(200);
        });
      }
    }
  });
});
