/** A push service in the test's process, with its browsers: it decrypts what is posted (RFC 8291) and checks who sends (RFC 8292). */
import { createDecipheriv, createECDH, type ECDH, hkdfSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { importJWK, jwtVerify } from 'jose';

interface Browser {
  readonly pair: ECDH;
  readonly auth: Buffer;
  status: number;
}

/** A message as its browser gets it. */
export interface PushedMessage {
  /** The path of the subscription's endpoint. */
  readonly to: string;
  readonly notification: {
    readonly title: string;
    readonly body: string;
    readonly navigate: string;
    readonly [field: string]: unknown;
  };
  readonly headers: IncomingMessage['headers'];
  /** Bytes of the body. */
  readonly length: number;
  /** The contact of the sender. */
  readonly subject: string;
}

export class FakePushService {
  readonly messages: PushedMessage[] = [];
  /** Paths of all requests, also of those that were refused. */
  readonly requests: string[] = [];
  /** What was wrong with requests; empty in a test that succeeds. */
  readonly defects: string[] = [];
  readonly #browsers = new Map<string, Browser>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.once('end', () => {
        this.#receive(request, Buffer.concat(chunks)).then(
          (status) => response.writeHead(status, status === 429 ? { 'Retry-After': '1' } : {}).end(),
          (error: unknown) => {
            this.defects.push(String(error));
            response.writeHead(400).end();
          },
        );
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** A browser subscribes; the result is what `PushSubscription.toJSON()` has. */
  subscribe(): { endpoint: string; keys: { p256dh: string; auth: string } } {
    const pair = createECDH('prime256v1');
    pair.generateKeys();
    const auth = randomBytes(16);
    const path = `/push/${randomBytes(12).toString('base64url')}`;
    this.#browsers.set(path, { pair, auth, status: 201 });
    const keys = { p256dh: pair.getPublicKey('base64url'), auth: auth.toString('base64url') };
    return { endpoint: this.origin + path, keys };
  }

  /** Responds with that status from now on: 410, when the subscription has ended. */
  respond(endpoint: string, status: number): void {
    const browser = this.#browsers.get(new URL(endpoint).pathname);
    if (browser) browser.status = status;
  }

  /** The texts that this browser has shown. */
  shownAt(endpoint: string): string[] {
    const { pathname } = new URL(endpoint);
    return this.messages.filter(({ to }) => to === pathname).map(({ notification }) => notification.body);
  }

  async #receive(request: IncomingMessage, body: Buffer): Promise<number> {
    const path = request.url ?? '';
    this.requests.push(path);
    const browser = this.#browsers.get(path);
    if (!browser) return 404;
    if (browser.status !== 201) return browser.status;
    const subject = await this.#verify(request.headers.authorization ?? '');
    const content = JSON.parse(decrypt(body, browser).toString()) as Record<string, unknown>;
    if (content['web_push'] !== 8030) throw new Error('not the declarative form');
    const notification = content['notification'] as PushedMessage['notification'];
    this.messages.push({ to: path, notification, headers: request.headers, length: body.length, subject });
    return 201;
  }

  async #verify(header: string): Promise<string> {
    const [, token = '', key = ''] = /^vapid t=([^,]+), k=(\S+)$/.exec(header) ?? [];
    const point = Buffer.from(key, 'base64url');
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
    const jwk = await importJWK({ kty: 'EC', crv: 'P-256', x: x as string, y: y as string }, 'ES256');
    const { payload } = await jwtVerify(token, jwk, { audience: this.origin });
    return payload.sub ?? '';
  }
}

function decrypt(body: Buffer, { pair, auth }: Browser): Buffer {
  const salt = body.subarray(0, 16);
  const keyEnd = 21 + body.readUInt8(20);
  const theirs = body.subarray(21, keyEnd);
  const hkdf = (secret: Buffer, salting: Buffer, info: Buffer, bytes: number) =>
    Buffer.from(hkdfSync('sha256', secret, salting, info, bytes));
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), pair.getPublicKey(), theirs]);
  const secret = hkdf(pair.computeSecret(theirs), auth, info, 32);
  const key = hkdf(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
  const nonce = hkdf(secret, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
  const decipher = createDecipheriv('aes-128-gcm', key, nonce);
  decipher.setAuthTag(body.subarray(-16));
  const content = Buffer.concat([decipher.update(body.subarray(keyEnd, -16)), decipher.final()]);
  return content.subarray(0, content.lastIndexOf(2));
}
