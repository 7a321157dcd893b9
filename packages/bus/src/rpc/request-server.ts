/** Handles the requests that this instance receives, and responds to them. */
import { asCodedError, CodedError, type Method } from '@nearby-friends/protocol';
import type { Logger } from '@nearby-friends/service-kit';
import { type Envelope, encodeError, encodeResponse } from './envelope.ts';
import type { RpcObserver } from './rpc-observer.ts';

export type Publish = (channel: string, payload: Buffer) => Promise<number>;
type Handler = (body: Buffer) => Promise<Buffer>;
type RequestEnvelope = Extract<Envelope, { kind: 'request' }>;

export class RequestServer {
  readonly #publish: Publish;
  readonly #observer: RpcObserver;
  readonly #logger: Logger;
  readonly #handlers = new Map<string, Handler>();
  readonly #whenIdle: (() => void)[] = [];
  #serving = 0;

  constructor(options: { publish: Publish; observer: RpcObserver; logger: Logger }) {
    this.#publish = options.publish;
    this.#observer = options.observer;
    this.#logger = options.logger;
  }

  /** Handles requests of `method`. An error that the handler throws reaches the caller as a `CodedError`. */
  serve<Request, Response>(
    method: Method<Request, Response>,
    handle: (request: Request) => Promise<Response> | Response,
  ): void {
    this.#handlers.set(method.name, async (body) => method.response.encode(await handle(method.request.decode(body))));
  }

  /** Resolves when every received request has its response. */
  async idle(): Promise<void> {
    if (this.#serving === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenIdle.push(resolve);
    });
  }

  respond(request: RequestEnvelope): void {
    this.#respond(request).catch((error: unknown) => {
      this.#logger.warn({ reason: String(error), method: request.method }, 'rpc response not sent');
    });
  }

  async #respond(request: RequestEnvelope): Promise<void> {
    this.#serving++;
    try {
      const method = this.#handlers.has(request.method) ? request.method : 'unknown';
      await this.#observer.traceResponse(method, request.trace, async () =>
        this.#publish(request.replyTo, await this.#handle(request)),
      );
    } finally {
      this.#serving--;
      if (this.#serving === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
    }
  }

  async #handle(request: RequestEnvelope): Promise<Buffer> {
    try {
      const handle = this.#handlers.get(request.method);
      if (!handle) throw new CodedError('not_found', `There is no method "${request.method}" here.`);
      return encodeResponse(request.id, await handle(request.body));
    } catch (error) {
      const coded = asCodedError(error);
      if (coded.code === 'internal') this.#logger.error({ error, method: request.method }, 'rpc handler failed');
      if (coded.code === 'unavailable') {
        const reason = String(coded.cause ?? coded.message);
        this.#logger.warn({ reason, method: request.method }, 'rpc handler unavailable');
      }
      return encodeError(request.id, coded.code, coded.message);
    }
  }
}
