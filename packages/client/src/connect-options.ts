/** The options of `connect`. */
import type { Credentials } from './access-token.ts';
import type { FetchLike } from './api/fetch-like.ts';
import type { Clock } from './clock.ts';
import type { GeolocationSource, PageVisibility } from './device.ts';
import type { NearbyError } from './nearby-error.ts';

/** The deployment and the credentials; for tests and unusual platforms also replacements for platform APIs. */
export interface ConnectOptions extends Credentials {
  /** The deployment's public address, for example `https://nearby.example.org` or `https://example.org/nearby`. */
  readonly url: string;
  /**
   * Names this device, 1–64 of `A-Za-z0-9_-`: one device of a user shares its position at a time, and goes on doing so after
   * a reconnect. Default: a random name. Store it if the app is restarted often, for example whenever a page is reloaded.
   */
  readonly device?: string;
  /** A friend without `staysVisibleSeconds` is removed this long after its position, ms. Default: 10 minutes, as on the server. */
  readonly positionTtlMs?: number;
  /**
   * Called with failures in the background that reject no promise: a failed token refresh, a message that does not
   * match the protocol. The connection handles them by itself.
   */
  readonly onProblem?: (error: NearbyError) => void;
  /** The transports in the order of attempts. Default: WebSocket, then long-polling. */
  readonly transports?: readonly ('websocket' | 'polling')[];
  /** Sent with the handshake and with every API call. Browsers send them only with API calls. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the global `fetch`. */
  readonly fetch?: FetchLike;
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** Source of jitter: at least 0 and below 1. Default: `Math.random`. */
  readonly random?: () => number;
  /** Default: `navigator.geolocation`. */
  readonly geolocation?: GeolocationSource;
  /** Default: `document.visibilityState`. */
  readonly visibility?: PageVisibility;
}
