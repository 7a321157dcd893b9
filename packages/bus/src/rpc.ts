/** Questions and answers between instances: choice of the instance, time-outs, fail-over. */
import {
  asCodedError,
  CodedError,
  ERROR_CODES,
  instanceChannel,
  MalformedMessageError,
  type Method,
  type ServiceName,
} from '@nearby-friends/protocol';
import type { Clock, Component, Logger } from '@nearby-friends/service-kit';
import type { ChannelSubscriptions } from './channel-subscriptions.ts';
import { decodeEnvelope, type Envelope, encodeError, encodeReply, encodeRequest } from './envelope.ts';
import type { InstanceRegistry } from './instance-registry.ts';
import { type Candidate, chooseByRendezvous } from './rendezvous.ts';

/** How long one instance may take to answer before another is asked. */
export const ATTEMPT_TIMEOUT_MS = 1_000;
/** How many instances are asked before giving up. */
export const MAX_ATTEMPTS = 3;

export type Publish = (channel: string, payload: Buffer) => Promise<number>;
type Handler = (body: Buffer) => Promise<Buffer>;

interface Waiter {
  resolve(body: Buffer): void;
  reject(error: Error): void;
}

/** Nobody, or nobody in time, answered; the next attempt may find somebody. */
class NoAnswerError extends Error {}

/**
 * At least once from the asker's view: a question may reach two instances when the first is slow, so every method is
 * idempotent. No order between questions.
 */
export class Rpc implements Component {
  readonly name = 'rpc';
  readonly #publish: Publish;
  readonly #subscriptions: ChannelSubscriptions;
  readonly #registry: InstanceRegistry;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #ownChannel: string;
  readonly #handlers = new Map<string, Handler>();
  readonly #waiters = new Map<number, Waiter>();
  #answering = 0;
  #whenIdle: (() => void) | null = null;
  #nextId = 1;
  #turn = 0;

  constructor(options: {
    publish: Publish;
    subscriptions: ChannelSubscriptions;
    registry: InstanceRegistry;
    clock: Clock;
    logger: Logger;
    service: ServiceName;
    instanceId: string;
  }) {
    this.#publish = options.publish;
    this.#subscriptions = options.subscriptions;
    this.#registry = options.registry;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#ownChannel = instanceChannel(options.service, options.instanceId);
  }

  async start(): Promise<void> {
    await this.#subscriptions.subscribe(this.#ownChannel, (payload) => this.#receive(payload));
  }

  /** Resolves when every question that has arrived is answered. */
  async drain(): Promise<void> {
    if (this.#answering === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenIdle = resolve;
    });
  }

  stop(): void {
    this.#subscriptions.unsubscribe(this.#ownChannel);
    for (const waiter of this.#waiters.values()) waiter.reject(new NoAnswerError('stopped'));
    this.#waiters.clear();
  }

  /** Answers `method`. What the handler throws reaches the asker as a `CodedError`. */
  serve<Request, Response>(
    method: Method<Request, Response>,
    handle: (request: Request) => Promise<Response> | Response,
  ): void {
    this.#handlers.set(method.name, async (body) => method.response.encode(await handle(method.request.decode(body))));
  }

  /**
   * Asks an instance of the method's service: by rendezvous for `key`, in turn without one. Throws a `CodedError`:
   * what the handler threw, or `unavailable` when nobody answered.
   */
  async call<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    options: { key?: string; instance?: Candidate } = {},
  ): Promise<Response> {
    const body = method.request.encode(request);
    const tried = new Set<string>();
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const first = attempt === 0 ? options.instance : undefined;
      const instance = first ?? (await this.#choose(method.service, tried, options.key));
      if (!instance) break;
      tried.add(instance.id);
      try {
        return method.response.decode(await this.#ask(method, instance, body));
      } catch (error) {
        if (!(error instanceof NoAnswerError || error instanceof MalformedMessageError)) throw error;
        this.#registry.suspect(method.service, instance.id);
        this.#logger.warn(
          { peer: `${method.service}:${instance.id}`, method: method.name, reason: error.message },
          'no answer',
        );
      }
    }
    throw new CodedError('unavailable', `No ${method.service} instance answered. Try again in a moment.`);
  }

  async #choose(service: ServiceName, tried: ReadonlySet<string>, key?: string): Promise<Candidate | undefined> {
    let candidates = this.#registry.candidates(service).filter(({ id }) => !tried.has(id));
    if (candidates.length === 0) {
      // Perhaps somebody has come since the last heartbeat.
      await this.#registry.refresh().catch(() => undefined);
      candidates = this.#registry.candidates(service).filter(({ id }) => !tried.has(id));
    }
    if (key !== undefined) return chooseByRendezvous(key, candidates);
    return candidates[this.#turn++ % Math.max(1, candidates.length)];
  }

  async #ask(method: { service: ServiceName; name: string }, instance: Candidate, body: Buffer): Promise<Buffer> {
    const id = this.#nextId;
    this.#nextId = (this.#nextId + 1) >>> 0;
    const reply = new Promise<Buffer>((resolve, reject) => {
      this.#waiters.set(id, { resolve, reject });
    });
    const cancelTimer = this.#clock.after(ATTEMPT_TIMEOUT_MS, () => {
      this.#waiters.get(id)?.reject(new NoAnswerError(`nothing within ${ATTEMPT_TIMEOUT_MS} ms`));
    });
    // The count of receivers may come after the reply; only a zero or a failure matters.
    this.#publish(
      instanceChannel(method.service, instance.id),
      encodeRequest(id, method.name, this.#ownChannel, body),
    ).then(
      (receivers) => {
        if (receivers === 0) this.#waiters.get(id)?.reject(new NoAnswerError('nobody received it'));
      },
      () => this.#waiters.get(id)?.reject(new NoAnswerError('Redis did not take it')),
    );
    try {
      return await reply;
    } finally {
      this.#waiters.delete(id);
      cancelTimer();
    }
  }

  #receive(payload: Buffer): void {
    const envelope = decodeEnvelope(payload);
    switch (envelope.kind) {
      case 'request':
        this.#answer(envelope).catch((error: unknown) => {
          this.#logger.warn({ reason: String(error), method: envelope.method }, 'an answer could not be sent');
        });
        return;
      case 'reply':
        this.#waiters.get(envelope.id)?.resolve(envelope.body);
        return;
      case 'error': {
        const code = envelope.code in ERROR_CODES ? envelope.code : 'internal';
        this.#waiters.get(envelope.id)?.reject(new CodedError(code, envelope.message));
        return;
      }
    }
  }

  async #answer(request: Extract<Envelope, { kind: 'request' }>): Promise<void> {
    this.#answering++;
    try {
      await this.#publish(request.replyTo, await this.#frameAnswer(request));
    } finally {
      this.#answering--;
      if (this.#answering === 0) this.#whenIdle?.();
    }
  }

  async #frameAnswer(request: Extract<Envelope, { kind: 'request' }>): Promise<Buffer> {
    try {
      const handle = this.#handlers.get(request.method);
      if (!handle) throw new CodedError('not_found', `There is no method "${request.method}" here.`);
      return encodeReply(request.id, await handle(request.body));
    } catch (error) {
      const coded = asCodedError(error);
      if (coded.code === 'internal') this.#logger.error({ error, method: request.method }, 'a question failed');
      return encodeError(request.id, coded.code, coded.message);
    }
  }
}
