/** Posts an encrypted message to a push service (RFC 8030). */
import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { isPushServiceAccepted } from '@nearby-friends/protocol';
import { isPublicAddress, publicLookup } from './public-lookup.ts';
import type { Vapid } from './vapid.ts';

/** From the start of the request to the whole response. */
const TIMEOUT_MS = 10_000;
const SOCKETS_PER_SERVICE = 8;
/** A message that cannot be delivered within this time is no news: also after a right has ended (rule P5). */
export const MESSAGE_TTL_SECONDS = 300;

export interface PushMessage {
  readonly endpoint: string;
  /** Encrypted. */
  readonly body: Buffer;
  /** Replaces an undelivered message with the same one; 32 characters of base64url at most. */
  readonly topic: string;
}

/** `gone`: the subscription has ended. `retry`: not now. `refused`: never so. */
export type PushOutcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'retry'; readonly afterMs: number | null }
  | { readonly kind: 'refused'; readonly status: number | null };

export class PushClient {
  readonly #vapid: Pick<Vapid, 'headerFor'>;
  readonly #ownServices: readonly string[];
  readonly #agents = {
    'https:': new https.Agent({ keepAlive: true, maxSockets: SOCKETS_PER_SERVICE }),
    'http:': new http.Agent({ keepAlive: true, maxSockets: SOCKETS_PER_SERVICE }),
  };

  constructor(options: { vapid: Pick<Vapid, 'headerFor'>; ownServices: readonly string[] }) {
    this.#vapid = options.vapid;
    this.#ownServices = options.ownServices;
  }

  /** `mayStillSend` is asked at the last moment; null: it was not sent. Rejects when there is no response. */
  async post(message: PushMessage, mayStillSend: () => boolean = () => true): Promise<PushOutcome | null> {
    // An operator may have removed a service since the subscription.
    if (!isPushServiceAccepted(message.endpoint, this.#ownServices)) return { kind: 'refused', status: null };
    const url = new URL(message.endpoint);
    const isOwn = this.#ownServices.includes(url.origin);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    // An address is not looked up.
    if (!isOwn && isIP(host) !== 0 && !isPublicAddress(host)) return { kind: 'refused', status: null };
    const authorization = await this.#vapid.headerFor(url.origin);
    if (!mayStillSend()) return null;
    return await this.#request(url, isOwn, authorization, message);
  }

  stop(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  #request(url: URL, isOwn: boolean, authorization: string, { body, topic }: PushMessage): Promise<PushOutcome> {
    const isPlain = url.protocol === 'http:';
    return new Promise((resolve, reject) => {
      const request = (isPlain ? http : https).request(url, {
        method: 'POST',
        agent: this.#agents[isPlain ? 'http:' : 'https:'],
        ...(isOwn ? {} : { lookup: publicLookup }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: {
          Authorization: authorization,
          'Content-Encoding': 'aes128gcm',
          'Content-Type': 'application/octet-stream',
          'Content-Length': body.length,
          TTL: String(MESSAGE_TTL_SECONDS),
          Urgency: 'high',
          Topic: topic,
        },
      });
      request.once('response', (response) => {
        // The text is not needed, and a long one must not keep the connection busy.
        response.once('close', () => resolve(outcomeOf(response.statusCode ?? 0, response.headers['retry-after'])));
        response.once('error', reject);
        response.resume();
      });
      request.once('error', reject);
      request.end(body);
    });
  }
}

/** A redirect is refused: nothing follows it. */
function outcomeOf(status: number, retryAfter: string | undefined): PushOutcome {
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  if (status === 404 || status === 410) return { kind: 'gone' };
  if (status === 429 || status >= 500) return { kind: 'retry', afterMs: msOf(retryAfter) };
  return { kind: 'refused', status };
}

/** Seconds, or a date. */
function msOf(retryAfter: string | undefined): number | null {
  if (retryAfter === undefined) return null;
  const ms = /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now();
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}
