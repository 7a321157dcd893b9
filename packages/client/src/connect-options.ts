/** The choices that an app has when it connects. */
import type { Credentials } from './access-token.ts';
import type { FetchLike } from './api/http-caller.ts';
import type { Clock } from './clock.ts';
import type { Attention, GeolocationSource } from './device.ts';
import type { NearbyError } from './nearby-error.ts';

/** What `connect` takes: where, as whom, and for tests and unusual places what else stands in for the device's own. */
export interface ConnectOptions extends Credentials {
  /** The deployment's public address, for example `https://nearby.example.org`. */
  readonly url: string;
  /** After how long without a report a friend drops out, ms. Default: 10 minutes, like the server's. */
  readonly positionTtlMs?: number;
  /**
   * Told what goes wrong in the background and has nobody waiting for it: a token that could not be refreshed, a
   * message that is not what the protocol says. Nothing has to be done about it.
   */
  readonly onProblem?: (error: NearbyError) => void;
  /** The transports, in the order in which they are tried. Default: WebSocket, then long-polling. */
  readonly transports?: readonly ('websocket' | 'polling')[];
  /** Sent when connecting, and with every call of the API. Browsers send them with the API's calls only. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the global one. */
  readonly fetch?: FetchLike;
  /** Default: the device's own. */
  readonly clock?: Clock;
  /** From 0 up to, but not including, 1, for the jitter. Default: `Math.random`. */
  readonly random?: () => number;
  /** Default: the browser's. */
  readonly geolocation?: GeolocationSource;
  /** Default: whether the page is shown. */
  readonly attention?: Attention;
}
