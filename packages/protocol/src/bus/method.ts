/** A question one service can ask another over the bus. */
import type { Codec } from '../codec.ts';
import type { ServiceName } from '../names.ts';

/** Every method is idempotent: when no answer comes, the asker may ask another instance. */
export interface Method<Request, Response> {
  /** Who answers. */
  readonly service: ServiceName;
  readonly name: string;
  readonly request: Codec<Request>;
  readonly response: Codec<Response>;
  /** How long one instance may take to answer before another is asked, ms; the bus' own limit unless given. */
  readonly attemptTimeoutMs?: number;
}
