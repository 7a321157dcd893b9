/** An RPC method: its service, name and message codecs. */
import type { Codec } from '../codec.ts';
import type { ServiceName } from '../names.ts';

/** Every method is idempotent: without a response, the caller may send the request to another instance. */
export interface Method<Request, Response> {
  /** The service that handles the request. */
  readonly service: ServiceName;
  readonly name: string;
  readonly request: Codec<Request>;
  readonly response: Codec<Response>;
  /** How long to wait for one instance's response, ms; by default the limit of the bus. */
  readonly attemptTimeoutMs?: number;
}
