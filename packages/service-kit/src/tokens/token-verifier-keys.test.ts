import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@nearby-friends/testing/eventually';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { ManualClock } from '../clock/manual-clock.ts';
import { readConfig } from '../config/read-config.ts';
import { silentLogger } from '../logging/logger.ts';
import { FIRST_FETCH_PAUSE_MS, KEY_SEARCH_PAUSE_MS, KEYS_FRESH_MS } from './remote-key-set.ts';
import { tokenSettings } from './token-settings.ts';
import { createTokenVerifier, type TokenVerifier } from './token-verifier.ts';

interface SigningKey {
  readonly jwk: JWK;
  sign(payload?: JWTPayload, header?: { alg?: string; kid?: string }): Promise<string>;
}

async function signingKey(alg: string, kid: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
    sign: (payload = good(), header = {}) =>
      new SignJWT(payload).setProtectedHeader({ alg, kid, ...header }).sign(privateKey),
  };
}

const good = (): JWTPayload => ({
  sub: 'ann',
  exp: Math.floor(Date.now() / 1000) + 3_600,
  aud: 'nearby-friends',
  iss: 'nearby-friends',
});

/** A server of keys that the test can change, break and stop. */
class KeyHost {
  keys: JWK[] = [];
  status = 200;
  reads = 0;
  #server: Server | undefined;
  port = 0;

  async start(): Promise<void> {
    if (this.#server) return;
    this.#server = createServer((_request, response) => {
      this.reads++;
      response.writeHead(this.status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ keys: this.keys }));
    });
    await new Promise<void>((resolve) => this.#server?.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
    this.#server = undefined;
  }
}

let host: KeyHost;
let clock: ManualClock;
beforeEach(async () => {
  clock = new ManualClock();
  host = new KeyHost();
  await host.start();
});
afterEach(() => host.stop());

function verifierFor(env: NodeJS.ProcessEnv = {}): TokenVerifier {
  const config = readConfig(tokenSettings, { JWKS_URL: `http://127.0.0.1:${host.port}/keys.json`, ...env });
  return createTokenVerifier({ config, clock, logger: silentLogger });
}

const expectRefused = (verifier: TokenVerifier, token: string, code = 'unauthorized') =>
  expect(verifier.verify(token)).rejects.toMatchObject({ name: 'CodedError', code });

describe('[A1] a token signed with a private key', () => {
  it.each(['RS256', 'ES256', 'EdDSA'])('is checked with the public one: %s', async (alg) => {
    const key = await signingKey(alg, 'one');
    host.keys = [(await signingKey(alg, 'another')).jwk, key.jwk];
    const issuedAt = Date.now() - 1_000;
    const payload = { ...good(), iat: issuedAt / 1000 };
    expect(await verifierFor().verify(await key.sign(payload))).toEqual({
      userId: 'ann',
      issuedAt,
      expiresAt: Number(payload.exp) * 1000,
    });
  });

  it('is refused for another audience or issuer, for its end, and for another key of the same name', async () => {
    const [key, forger] = [await signingKey('ES256', 'one'), await signingKey('ES256', 'one')];
    host.keys = [key.jwk];
    const verifier = verifierFor();
    await expectRefused(verifier, await key.sign({ ...good(), aud: 'another-app' }));
    await expectRefused(verifier, await key.sign({ ...good(), iss: 'another-app' }));
    await expectRefused(verifier, await key.sign({ ...good(), exp: 1 }), 'token_expired');
    await expectRefused(verifier, await forger.sign());
  });

  it('cannot choose a shared secret, not even when the set holds one, nor an algorithm that is not allowed', async () => {
    const key = await signingKey('ES256', 'one');
    const secret = Buffer.from('known to every reader of the keys');
    host.keys = [key.jwk, { kty: 'oct', kid: 'oct', k: secret.toString('base64url'), alg: 'HS256' }];
    const verifier = verifierFor();
    await expectRefused(
      verifier,
      await new SignJWT(good()).setProtectedHeader({ alg: 'HS256', kid: 'oct' }).sign(secret),
    );
    const spki = Buffer.from(JSON.stringify(key.jwk));
    await expectRefused(
      verifier,
      await new SignJWT(good()).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(spki),
    );
    await expectRefused(verifierFor({ JWT_ALGORITHMS: 'RS256' }), await key.sign());
    // Refused by the header: no fetch.
    expect(host.reads).toBe(0);
    expect(await verifier.verify(await key.sign())).toMatchObject({ userId: 'ann' });
  });
});

describe('the keys', () => {
  it('are fetched once for concurrent tokens', async () => {
    const key = await signingKey('ES256', 'one');
    host.keys = [key.jwk];
    const verifier = verifierFor();
    const token = await key.sign();
    await Promise.all(Array.from({ length: 20 }, () => verifier.verify(token)));
    await verifier.verify(token);
    expect(host.reads).toBe(1);
  });

  it('may be replaced at any time: a new key is valid with its first token, a withdrawn one expires soon', async () => {
    const [old, next] = [await signingKey('ES256', 'old'), await signingKey('ES256', 'next')];
    host.keys = [old.jwk];
    const verifier = verifierFor();
    await verifier.verify(await old.sign());
    host.keys = [next.jwk, old.jwk];
    await verifier.verify(await next.sign());
    await verifier.verify(await old.sign());
    host.keys = [next.jwk];
    clock.advance(KEYS_FRESH_MS);
    // This token is verified with the known keys, and starts a fetch in the background.
    await verifier.verify(await old.sign());
    const token = await old.sign();
    await eventually(() => expectRefused(verifier, token));
    await verifier.verify(await next.sign());
  });

  it('are fetched for unknown key ids once per pause, for any number of tokens', async () => {
    const [key, stranger] = [await signingKey('ES256', 'one'), await signingKey('ES256', 'stranger')];
    host.keys = [key.jwk];
    const verifier = verifierFor();
    await verifier.verify(await key.sign());
    const tokens = await Promise.all(Array.from({ length: 10 }, (_, i) => stranger.sign(good(), { kid: `kid-${i}` })));
    await Promise.all(tokens.map((token) => expectRefused(verifier, token)));
    for (const token of tokens) await expectRefused(verifier, token);
    expect(host.reads).toBe(2);
    clock.advance(KEY_SEARCH_PAUSE_MS);
    host.keys = [key.jwk, stranger.jwk];
    await verifier.verify(await stranger.sign());
    expect(host.reads).toBe(3);
  });
});

describe('while the key URL is unavailable', () => {
  it('known keys remain valid, and tokens that need other keys cannot be verified', async () => {
    const [key, next] = [await signingKey('ES256', 'one'), await signingKey('ES256', 'next')];
    host.keys = [key.jwk];
    const verifier = verifierFor();
    await verifier.verify(await key.sign());
    await host.stop();
    clock.advance(100 * KEYS_FRESH_MS);
    await verifier.verify(await key.sign());
    await expectRefused(verifier, await next.sign(), 'unavailable');
    await expectRefused(verifier, await next.sign(), 'unavailable');
    await verifier.verify(await key.sign());
    host.keys = [key.jwk, next.jwk];
    await host.start();
    clock.advance(KEY_SEARCH_PAUSE_MS);
    await verifier.verify(await next.sign());
  });

  const defects: Record<string, () => void | Promise<void>> = {
    'does not respond': () => host.stop(),
    'responds with a failure': () => {
      host.status = 500;
    },
    'responds with something else': () => {
      host.keys = 'none' as unknown as JWK[];
    },
  };
  it.each(Object.entries(defects))(
    'from the start (it %s), no token can be verified, and not every token causes a request',
    async (_, breakHost) => {
      const key = await signingKey('ES256', 'one');
      await breakHost();
      const verifier = verifierFor();
      for (let i = 0; i < 5; i++) await expectRefused(verifier, await key.sign(), 'unavailable');
      expect(host.reads).toBeLessThanOrEqual(1);
      // A malformed token is still refused.
      await expectRefused(verifier, 'malformed');
      [host.status, host.keys] = [200, [key.jwk]];
      await host.start();
      clock.advance(FIRST_FETCH_PAUSE_MS);
      await verifier.verify(await key.sign());
    },
  );
});
