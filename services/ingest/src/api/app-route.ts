/** What differs between the apps: path, format, credentials and answers. */
import type { DeviceKind } from '@nearby-friends/protocol';
import type { Reading } from '../formats/fix.ts';
import type { Reporter } from '../reporting/reporter.ts';

export interface AppRequest {
  readonly authorization: string | undefined;
  readonly body: Buffer;
}

export interface AppRoute {
  readonly path: string;
  /** Also the label of metrics and logs. */
  readonly app: DeviceKind;
  /** Of the body. */
  readonly maxBytes: number;
  /** Throws `unauthorized`, `rate_limited`, `unavailable`, or `invalid_payload` for an app that shows errors to its user. */
  read(request: AppRequest): Promise<{ reporter: Reporter; reading: Reading }>;
  /** The body of a success without friends: any other one would make the app send again. `at`: of the position that counts. */
  accepted(at: number | null): unknown;
  /** Whether a success has friends. */
  readonly hasFriends: boolean;
}
