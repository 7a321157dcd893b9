import type { IncomingMessage } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { CLIENT_PROTOCOL_VERSION, CodedError, MAX_TOKEN_LENGTH, parseUserId } from '@nearby-friends/protocol';
import { noTracer, type TokenVerifier, type VerifiedToken } from '@nearby-friends/service-kit';
import { Handshake, isOriginAllowed } from './handshake.ts';

const requestWith = (headers: IncomingMessage['headers']) => ({ headers }) as IncomingMessage;

describe('the origin', () => {
  const allowed = (origin: string | undefined, host: string, origins: readonly string[] = []) =>
    isOriginAllowed(requestWith(origin === undefined ? { host } : { host, origin }), origins);

  it('[A7] may be missing: that is no browser', () => {
    expect(allowed(undefined, 'app.example')).toBe(true);
    expect(allowed(undefined, 'app.example', ['https://other.example'])).toBe(true);
  });

  it.each([
    ['https://app.example', 'app.example'],
    ['http://localhost:8080', 'localhost:8080'],
    ['https://APP.example', 'app.example'],
    ['https://app.example', 'App.Example'],
    ['http://[::1]:8080', '[::1]:8080'],
  ])('%s may connect to the host %s: its own pages', (origin, host) => {
    expect(allowed(origin, host)).toBe(true);
  });

  it.each([
    ['https://evil.example', 'app.example'],
    ['https://app.example.evil.example', 'app.example'],
    ['https://evil.example/app.example', 'app.example'],
    ['https://app.example@evil.example', 'app.example'],
    ['http://localhost:8081', 'localhost:8080'],
    ['http://localhost', 'localhost:8080'],
    ['null', 'app.example'],
    ['null', 'null'],
    ['', ''],
    ['file://', ''],
    ['https://app.example, https://evil.example', 'app.example'],
  ])('%s may not connect to the host %s', (origin, host) => {
    expect(allowed(origin, host)).toBe(false);
  });

  it('[A7] may be one of those that are configured, exactly, besides that of the host', () => {
    const origins = ['https://app.example', 'https://other.example:8443', 'capacitor://localhost'];
    const mayConnect = (origin: string) => allowed(origin, 'gateway.example', origins);
    expect([...origins, 'https://gateway.example'].filter(mayConnect)).toHaveLength(4);
    const others = ['http://app.example', 'https://app.example:8443', 'https://other.example', 'null', '*', ''];
    expect(others.filter(mayConnect)).toEqual([]);
  });

  it('of a request without a host is refused', () => {
    expect(isOriginAllowed(requestWith({ origin: 'https://app.example' }), [])).toBe(false);
  });
});

describe('the handshake', () => {
  const ann: VerifiedToken = { userId: parseUserId('ann'), issuedAt: 5, expiresAt: 1 };

  function setUp({
    maxConnections = 10,
    verify,
    revokedBefore = 0,
    erasedBefore = 0,
  }: {
    maxConnections?: number;
    verify?: TokenVerifier['verify'];
    revokedBefore?: number;
    erasedBefore?: number;
  } = {}) {
    const verified: string[] = [];
    let connections = 0;
    const handshake = new Handshake({
      verifier: {
        async verify(token) {
          verified.push(token);
          return verify ? await verify(token) : ann;
        },
      },
      ledger: {
        isRevoked: (_user, issuedAt) => issuedAt === null || issuedAt <= revokedBefore,
        isErased: (_user, issuedAt) => issuedAt === null || issuedAt <= erasedBefore,
      },
      sessions: {
        get size() {
          return connections;
        },
      },
      limits: { checkConnect: () => undefined },
      maxConnections,
      tracer: noTracer,
    });
    return {
      verified,
      /** Admits and counts the connection, as sessions do. */
      admit: async (auth: unknown) => {
        const token = await handshake.admit(auth);
        connections++;
        return token;
      },
    };
  }

  it('admits whether the client measures distances', async () => {
    const { admit } = setUp();
    expect(await admit({ token: 'good', distances: 'client' })).toMatchObject({ measuresDistances: true });
    for (const distances of ['server', 'CLIENT', '', 1, null, {}, undefined]) {
      expect(await admit({ token: 'good', distances })).toMatchObject({ measuresDistances: false });
    }
  });

  it('[A1] admits a good token, with the version of the protocol or without', async () => {
    const { admit } = setUp();
    const admission = { ...ann, device: null, measuresDistances: false };
    expect(await admit({ token: 'good' })).toEqual(admission);
    expect(await admit({ token: 'good', protocolVersion: CLIENT_PROTOCOL_VERSION, more: true })).toEqual(admission);
    expect(await admit({ token: 'good', device: 'phone-1' })).toEqual({ ...admission, device: 'phone-1' });
    for (const device of ['', 'a b', 'x'.repeat(65), 7, null])
      expect(await admit({ token: 'good', device })).toEqual(admission);
  });

  it.each<[what: string, auth: unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a string', 'token'],
    ['a list', ['token']],
    ['no token', {}],
    ['an empty token', { token: '' }],
    ['a number for a token', { token: 7 }],
    ['an object for a token', { token: { token: 'good' } }],
    ['a token too long', { token: 'x'.repeat(MAX_TOKEN_LENGTH + 1) }],
    ['a token of the prototype', Object.create({ toString: () => 'good' })],
  ])('[A1] refuses %s without verifying any token', async (_, auth) => {
    const { admit, verified } = setUp();
    await expect(admit(auth)).rejects.toMatchObject({ code: 'unauthorized', retryable: false });
    expect(verified).toEqual([]);
  });

  it('refuses another version of the protocol', async () => {
    const { admit, verified } = setUp();
    for (const protocolVersion of [CLIENT_PROTOCOL_VERSION + 1, '1', null]) {
      const admission = admit({ token: 'good', protocolVersion });
      await expect(admission).rejects.toMatchObject({ code: 'protocol_version', retryable: false });
    }
    expect(verified).toEqual([]);
  });

  it.each(['unauthorized', 'token_expired', 'token_not_yet_valid'] as const)('[A1] passes on %s', async (code) => {
    const { admit } = setUp({
      verify: async () => {
        throw new CodedError(code, 'no');
      },
    });
    await expect(admit({ token: 'bad' })).rejects.toMatchObject({ code });
  });

  it('refuses a good token that has been revoked', async () => {
    const { admit } = setUp({ revokedBefore: 5 });
    await expect(admit({ token: 'good' })).rejects.toMatchObject({ code: 'unauthorized', retryable: false });
  });

  it('[A2] says whether it was revoked by the erasure of the account, which is final', async () => {
    const { admit } = setUp({ revokedBefore: 5, erasedBefore: 5 });
    await expect(admit({ token: 'good' })).rejects.toMatchObject({ code: 'account_erased', retryable: false });
  });

  it('refuses at the limit of connections, before it verifies the token', async () => {
    const { admit, verified } = setUp({ maxConnections: 1 });
    await admit({ token: 'good' });
    await expect(admit({ token: 'good' })).rejects.toMatchObject({ code: 'overloaded', retryable: true });
    expect(verified).toHaveLength(1);
  });

  it('admits no more than the limit when many tokens are verified at once', async () => {
    const { admit, verified } = setUp({
      maxConnections: 3,
      verify: async () => {
        const turns = verified.length;
        for (let turn = 0; turn < turns; turn++) await nextTurn();
        return ann;
      },
    });
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => admit({ token: 'good' })));
    expect(verified).toHaveLength(20);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  });
});
