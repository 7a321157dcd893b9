/** The documents work at any address: below the path of a proxy in front, and with a public address or without. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import { DOCS_PATH } from './docs-pages.ts';
import { docsRouter } from './docs-routes.ts';

let server: Server | undefined;
afterEach(() => void server?.close());

/** The documents below a path, as after a proxy that removes the path again. */
async function serve({ below = '', publicUrl = '' }: { below?: string; publicUrl?: string } = {}): Promise<string> {
  const app = express();
  app.use((request, _response, next) => {
    if (request.url.startsWith(`${below}/`)) {
      request.url = request.url.slice(below.length);
      // What the service itself is sent.
      request.originalUrl = request.url;
    } else request.url = '/outside';
    next();
  });
  app.use(DOCS_PATH, docsRouter([], publicUrl));
  app.use('/api/v1', (_request, response) => void response.send('the API'));
  const listening = createServer(app);
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}${below}`;
}

interface Described {
  readonly servers: unknown;
}
const documentAt = async (url: string) => (await (await fetch(url)).json()) as Described;

describe.each(['', '/nearby', '/a/b'])('below "%s"', (below) => {
  it.each(['/api/docs', '/api/docs/', '/api/docs/?x', '/api/docs/events'])(
    'the page %s finds all that it refers to',
    async (path) => {
      const base = await serve({ below });
      const page = await fetch(base + path);
      expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      const references = [...(await page.text()).matchAll(/(?:src|href)="([^"]*)"/g)].map(
        ([, reference = '']) => reference,
      );
      expect(references.length).toBeGreaterThan(2);
      for (const reference of references) {
        const address = new URL(reference, page.url);
        expect(address.href).toMatch(`${base}/api/docs/`);
        expect((await fetch(address)).status).toBe(200);
      }
    },
  );

  it('the start script and the document name places that exist there', async () => {
    const base = await serve({ below });
    const script = await (await fetch(`${base}/api/docs/assets/start.js`)).text();
    const address = new URL(/url: '([^']*)'/.exec(script)?.[1] ?? '', `${base}/api/docs/`);
    expect(address.href).toBe(`${base}/api/docs/openapi.json`);
    const { servers } = (await documentAt(address.href)) as { servers: { url: string }[] };
    expect(servers).toHaveLength(1);
    expect(await (await fetch(new URL(servers[0]?.url ?? '', address))).text()).toBe('the API');
  });

  it('a page has one address only, since a slash more would break its references', async () => {
    const base = await serve({ below });
    expect((await fetch(`${base}/api/docs/events/`)).status).toBe(404);
    const redirected = await fetch(`${base}/api/docs?x`, { redirect: 'manual' });
    expect([redirected.status, redirected.headers.get('location')]).toEqual([308, 'docs/']);
  });
});

describe('with PUBLIC_URL', () => {
  it('the documents name the public address', async () => {
    const base = await serve({ publicUrl: 'https://example.org/nearby' });
    expect((await documentAt(`${base}/api/docs/openapi.json`)).servers).toEqual([
      { url: '../v1', description: 'Where this document is.' },
      { url: 'https://example.org/nearby/api/v1', description: 'The public address.' },
    ]);
    expect((await documentAt(`${base}/api/docs/asyncapi.json`)).servers).toMatchObject({
      here: { host: 'example.org', pathname: '/nearby/socket.io/', protocol: 'wss' },
    });
  });

  it('without TLS, too', async () => {
    const base = await serve({ publicUrl: 'http://localhost:8080' });
    expect((await documentAt(`${base}/api/docs/asyncapi.json`)).servers).toMatchObject({
      here: { host: 'localhost:8080', pathname: '/socket.io/', protocol: 'ws' },
    });
  });
});
