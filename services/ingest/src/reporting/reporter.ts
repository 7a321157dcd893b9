/** Who reports: a registered device by its secret, or a user by a token. */
import { createHash } from 'node:crypto';
import { batchedRead, type Rpc } from '@nearby-friends/bus';
import {
  CodedError,
  type DeviceKind,
  type FoundDevice,
  findDevices,
  friendsOf,
  MAX_SOUGHT_DEVICES,
  MIN_STAYS_VISIBLE_SECONDS,
  type SoughtDevice,
  type UserId,
  userIdSchema,
} from '@nearby-friends/protocol';
import { type Clock, markOfRegistered, type TokenVerifier, unauthorized } from '@nearby-friends/service-kit';
import { SecretLimit } from './secret-limit.ts';

export interface Reporter {
  readonly user: UserId;
  /** See `DeviceMark`. */
  readonly device: string;
  /** How long its positions are shown, s; null: as long as all others. */
  readonly staysVisibleSeconds: number | null;
}

const BASIC = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i;
const BEARER = /^Bearer +([^\s]+) *$/i;
const JWT = /^[^.]+\.[^.]+\.[^.]+$/;
/** Far more than a secret has. */
const MAX_SECRET_LENGTH = 256;

/** Each report is checked by itself: a removed device reports nothing more. */
export class Reporters {
  readonly #rpc: Pick<Rpc, 'call'>;
  readonly #verifier: TokenVerifier;
  readonly #limit: SecretLimit;
  readonly #read: (sought: SoughtDevice) => Promise<FoundDevice | null>;

  constructor(options: { rpc: Pick<Rpc, 'call'>; verifier: TokenVerifier; clock: Clock }) {
    const { rpc, verifier, clock } = options;
    this.#rpc = rpc;
    this.#verifier = verifier;
    this.#limit = new SecretLimit({ clock });
    this.#read = batchedRead(clock, MAX_SOUGHT_DEVICES, async (devices) => {
      const found = await rpc.call(findDevices, { devices: [...devices] });
      return devices.map((_, place) => found.devices[place] ?? null);
    });
  }

  /** HTTP Basic: user id and secret. Throws `unauthorized`, `rate_limited`, or `unavailable` when that cannot be checked. */
  async byBasic(header: string | undefined, kind: DeviceKind): Promise<Reporter> {
    const encoded = BASIC.exec(header ?? '')?.[1];
    const pair = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
    const colon = pair.indexOf(':');
    const user = userIdSchema.safeParse(pair.slice(0, Math.max(colon, 0)));
    if (!user.success) throw noDevice();
    return await this.#find(user.data, pair.slice(colon + 1), kind);
  }

  /** A bearer token: a device's secret, or where `orToken` a token of the API. Throws as {@link byBasic}. */
  async byBearer(header: string | undefined, kind: DeviceKind, orToken = false): Promise<Reporter> {
    const token = BEARER.exec(header ?? '')?.[1] ?? '';
    return orToken && JWT.test(token) ? await this.#byToken(token) : await this.bySecret(token, kind);
  }

  /** A device that is known by its secret alone. Throws as {@link byBasic}. */
  async bySecret(secret: string, kind: DeviceKind): Promise<Reporter> {
    return await this.#find(null, secret, kind);
  }

  async #find(user: UserId | null, secret: string, kind: DeviceKind): Promise<Reporter> {
    if (secret === '' || secret.length > MAX_SECRET_LENGTH) throw noDevice();
    const secretHash = createHash('sha256').update(secret).digest('hex');
    // Of wrong secrets too: a flood of reports must not become one of look-ups.
    this.#limit.take(secretHash);
    const device = await this.#read({ user, secretHash, kind });
    if (device === null) throw noDevice();
    const { id, staysVisibleSeconds } = device;
    return {
      user: device.user,
      device: markOfRegistered(id),
      // The least is the TTL, which an operator may have changed; only what goes beyond it travels with the position.
      staysVisibleSeconds: staysVisibleSeconds === MIN_STAYS_VISIBLE_SECONDS ? null : staysVisibleSeconds,
    };
  }

  async #byToken(token: string): Promise<Reporter> {
    const { userId: user, issuedAt } = await this.#verifier.verify(token);
    const [viewer] = (await this.#rpc.call(friendsOf, { viewers: [user] })).viewers;
    if (viewer === undefined) throw new CodedError('unavailable', 'The token could not be checked. Try again.');
    const before = Math.max(viewer.signedOutBefore ?? 0, viewer.erasedBefore ?? 0);
    if (before > 0 && (issuedAt ?? 0) <= before) throw unauthorized();
    // All that report with tokens of a user are one device: a token does not say which it is of.
    return { user, device: markOfRegistered(`token of ${user}`), staysVisibleSeconds: null };
  }
}

function noDevice(): CodedError {
  return new CodedError('unauthorized', 'No device has this secret. Add the device again and copy its new secret.');
}
