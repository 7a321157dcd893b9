/** Tells push services who sends: a signed token for each of them (RFC 8292). */
import { createECDH, createPrivateKey, type KeyObject } from 'node:crypto';
import type { Clock } from '@nearby-friends/service-kit';
import { SignJWT } from 'jose';

/** 24 h at most, by the RFC; a clock may be wrong by hours. */
const LIFETIME_SECONDS = 12 * 3_600;
const RENEWED_BEFORE_MS = 3_600_000;
/** Each push service has one; an operator's own may be some. */
const MAX_KEPT = 1_000;

export class Vapid {
  /** As browsers want it: an uncompressed point in base64url. */
  readonly publicKey: string;
  readonly #key: KeyObject;
  readonly #subject: string;
  readonly #clock: Clock;
  readonly #headers = new Map<string, { header: string; until: number }>();

  /** `privateKey`: 32 bytes in base64url. Throws for one that is no key of P-256. */
  constructor(options: { privateKey: string; subject: string; clock: Clock }) {
    const { privateKey, subject, clock } = options;
    const pair = createECDH('prime256v1');
    pair.setPrivateKey(Buffer.from(privateKey, 'base64url'));
    const point = pair.getPublicKey();
    this.publicKey = point.toString('base64url');
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
    this.#key = createPrivateKey({
      format: 'jwk',
      key: { kty: 'EC', crv: 'P-256', d: privateKey, x: x as string, y: y as string },
    });
    this.#subject = subject;
    this.#clock = clock;
  }

  /** The value of `Authorization` for a push service, by its origin. */
  async headerFor(audience: string): Promise<string> {
    const now = this.#clock.now();
    const known = this.#headers.get(audience);
    if (known && known.until > now) return known.header;
    const expires = Math.floor(now / 1000) + LIFETIME_SECONDS;
    const token = await new SignJWT({ aud: audience, sub: this.#subject, exp: expires })
      .setProtectedHeader({ typ: 'JWT', alg: 'ES256' })
      .sign(this.#key);
    const header = `vapid t=${token}, k=${this.publicKey}`;
    if (this.#headers.size >= MAX_KEPT) this.#headers.clear();
    this.#headers.set(audience, { header, until: expires * 1000 - RENEWED_BEFORE_MS });
    return header;
  }
}
