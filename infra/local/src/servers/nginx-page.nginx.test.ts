/** The page's files: content types, caching and security policy. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { send } from '../test-support/http-client.ts';
import { startUpstream, type TestUpstream } from '../test-support/upstream.ts';
import { type Nginx, startNginx } from './nginx.ts';

const FILES = {
  'index.html': '<!doctype html><title>The page</title>',
  'config.json': '{}',
  'icon.svg': '<svg/>',
  'icon-192.png': 'png',
  'icon-maskable-512.png': 'png',
  'apple-touch-icon.png': 'png',
  'manifest.webmanifest': '{}',
  'service-worker.js': 'self;',
  'assets/index-Ab_c-1.js': 'export {};',
  'assets/index-Ab_c-1.css': 'p{}',
  'assets/letters-1.woff2': 'woff2',
  'map/13/2100/3044.mvt': 'a tile',
  'notes.txt': 'not for the public',
  '.hidden': 'not for the public',
};

const SIGN_IN = { OIDC_ISSUER: 'https://id.example.org/realms/us', OIDC_CLIENT_ID: 'the-page', OIDC_AUDIENCE: 'api' };

let folder: string;
let nginx: Nginx;
let withoutPage: Nginx;
/** Behind a proxy that ends TLS, with a service that sends HSTS itself. */
let proxied: Nginx;
let service: TestUpstream;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nearby-page-'));
  for (const [name, text] of Object.entries(FILES)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    // As strict as a umask may be: nginx's workers run as another user.
    await writeFile(file, text, { mode: 0o600 });
  }
  await writeFile(path.join(folder, 'assets/index-Ab_c-1.js.gz'), gzipSync(FILES['assets/index-Ab_c-1.js']));
  const upstreams = { gateways: [], friendGraphs: [] };
  nginx = await startNginx({ ...upstreams, page: folder });
  service = await startUpstream('one');
  proxied = await startNginx({
    gateways: [],
    friendGraphs: [service],
    page: folder,
    trustedProxies: ['127.0.0.1/32'],
    signIn: { ...SIGN_IN, OIDC_ORIGINS: 'https://tokens.example.net' },
  });
  withoutPage = await startNginx({ ...upstreams, page: path.join(folder, 'nothing') });
}, 120_000);

afterAll(async () => {
  await Promise.all([nginx.stop(0), withoutPage.stop(0), proxied.stop(0)]);
  await service.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the page', () => {
  it.each([
    ['/', 'text/html; charset=utf-8', 'no-cache'],
    ['/index.html', 'text/html; charset=utf-8', 'no-cache'],
    ['/config.json', 'application/json; charset=utf-8', 'no-cache'],
    ['/icon.svg', 'image/svg+xml; charset=utf-8', 'no-cache'],
    ['/icon-192.png', 'image/png', 'no-cache'],
    ['/icon-maskable-512.png', 'image/png', 'no-cache'],
    ['/apple-touch-icon.png', 'image/png', 'no-cache'],
    ['/manifest.webmanifest', 'application/manifest+json; charset=utf-8', 'no-cache'],
    // A browser asks for the worker again at every visit.
    ['/service-worker.js', 'text/javascript; charset=utf-8', 'no-cache'],
    ['/assets/index-Ab_c-1.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/assets/index-Ab_c-1.css', 'text/css; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/assets/letters-1.woff2', 'font/woff2', 'public, max-age=31536000, immutable'],
    ['/map/13/2100/3044.mvt', 'application/vnd.mapbox-vector-tile', 'public, max-age=86400'],
  ])('%s is %s, kept: %s', async (target, type, caching) => {
    const { status, headers, body } = await send(nginx.url, target);
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([200, type, caching]);
    expect(body).toBe(FILES[(target === '/' ? 'index.html' : target.slice(1)) as keyof typeof FILES]);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('may load scripts, styles and data of this host only, and nothing inline', async () => {
    const { headers } = await send(nginx.url, '/');
    const policy = new Map(
      String(headers['content-security-policy'])
        .split(';')
        .map((part) => part.trim().split(/\s+/))
        .map(([name = '', ...sources]) => [name, sources.join(' ')]),
    );
    expect(Object.fromEntries(policy)).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'font-src': "'self'",
      'img-src': "'self' data: blob:",
      'connect-src': "'self'",
      'worker-src': "'self'",
      'manifest-src': "'self'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
    });
  });

  it.each(['/', '/assets/index-Ab_c-1.js', '/nothing', '/api/..%2f', '/api/v1/me', '/socket.io/?EIO=4'])(
    'and all else has HSTS once over HTTPS, and never over HTTP: %s',
    async (target) => {
      const hstsOf = async (scheme: string) => {
        const forwarded = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': scheme };
        const { headers } = await send(proxied.url, target, { headers: forwarded });
        return headers['strict-transport-security'];
      };
      expect(await hstsOf('https')).toBe('max-age=31536000');
      // As Traefik names the scheme of a WebSocket.
      expect(await hstsOf('wss')).toBe('max-age=31536000');
      expect(await hstsOf('http')).toBeUndefined();
    },
  );

  it('names the identity provider and may call its hosts, where there is one', async () => {
    const none = await send(nginx.url, '/sign-in.json');
    expect([none.status, none.headers['cache-control'], none.body]).toEqual([200, 'no-store', 'null']);
    const some = await send(proxied.url, '/sign-in.json');
    expect([some.headers['content-type'], JSON.parse(some.body)]).toEqual([
      'application/json',
      {
        issuer: SIGN_IN.OIDC_ISSUER,
        clientId: 'the-page',
        scope: 'openid profile',
        audience: 'api',
        token: 'access',
      },
    ]);
    const { headers } = await send(proxied.url, '/');
    expect(headers['content-security-policy']).toMatch(
      /connect-src 'self' +https:\/\/id\.example\.org https:\/\/tokens\.example\.net;/,
    );
  });

  it.each([
    [{ OIDC_CLIENT_ID: '' }, 'OIDC_ISSUER is set without OIDC_CLIENT_ID'],
    [{ OIDC_ISSUER: '' }, 'OIDC_CLIENT_ID is set without OIDC_ISSUER'],
    [{ OIDC_ISSUER: 'http://id.example.org' }, 'OIDC_ISSUER must be an address that begins with https://'],
    [{ OIDC_CLIENT_ID: 'a"b' }, 'OIDC_CLIENT_ID has a character'],
    [{ OIDC_AUDIENCE: 'a\nb' }, 'OIDC_AUDIENCE has a character'],
    [{ OIDC_SCOPE: 'profile' }, 'OIDC_SCOPE must contain openid'],
    [{ OIDC_TOKEN: 'both' }, 'OIDC_TOKEN must be access or id'],
    [{ OIDC_ORIGINS: 'https://ok.example *' }, 'OIDC_ORIGINS has a character'],
  ])('is not served with an invalid provider: %j', async (wrong, sentence) => {
    const starting = startNginx({ gateways: [], friendGraphs: [], page: folder, signIn: { ...SIGN_IN, ...wrong } });
    await expect(starting).rejects.toThrow(sentence);
  });

  it('is sent gzipped to clients that accept it', async () => {
    const { headers } = await send(nginx.url, '/assets/index-Ab_c-1.js', { headers: { 'accept-encoding': 'gzip' } });
    expect([headers['content-encoding'], headers['vary']]).toEqual(['gzip', 'Accept-Encoding']);
  });

  it('is revalidated by its tag, and not sent again', async () => {
    const { headers } = await send(nginx.url, '/');
    const again = await send(nginx.url, '/', { headers: { 'if-none-match': String(headers['etag']) } });
    expect([again.status, again.headers['cache-control']]).toEqual([304, 'no-cache']);
  });

  it('accepts no POST', async () => {
    const { status, headers, body } = await send(nginx.url, '/', { method: 'POST', body: 'x' });
    expect([status, headers['content-type']]).toEqual([405, 'application/problem+json']);
    expect(JSON.parse(body)).toMatchObject({ code: 'method_not_allowed' });
  });

  it.each(['/notes.txt', '/.hidden', '/assets/', '/assets/index-Ab_c-1.js.map', '/index-Ab_c-1.js'])(
    'has no %s',
    async (target) => {
      const { status, body } = await send(nginx.url, target);
      expect({ status, code: (JSON.parse(body) as { code: string }).code }).toEqual({ status: 404, code: 'not_found' });
    },
  );

  it('is nothing where none was built, and all the rest works', async () => {
    const { status, body } = await send(withoutPage.url, '/');
    expect([status, (JSON.parse(body) as { code: string }).code]).toEqual([404, 'not_found']);
  });
});
