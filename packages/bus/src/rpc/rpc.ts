/** Questions and answers between instances: choice of the instance, time-outs, fail-over. */
import {
  asCodedError,
  CodedError,
  instanceChannel,
  MalformedMessageError,
  type Method,
  type ServiceName,
} from '@nearby-friends/protocol';
import type { Clock, Component, Logger } from '@nearby-friends/service-kit';
import type { ChannelSubscriptions } from '../redis/channel-subscriptions.ts';
import { decodeEnvelope, type Envelope, encodeError, encodeReply, encodeRequest } from './envelope.ts';
import { InstanceChoice } from './instance-choice.ts';
import type { InstanceRegistry } from './instance-registry.ts';
import type { Candidate } from './rendezvous.ts';
import type { BusObserver } from './rpc-observer.ts';

/** How long one instance may take to answer before another is asked. */
export const ATTEMPT_TIMEOUT_MS = 1_000;
/** How many instances are asked before giving up. */
export const MAX_ATTEMPTS = 3;

export type Publish = (channel: string, payload: Buffer) => Promise<number>;
type Handler = (body: Buffer) => Promise<Buffer>;

interface Waiter {
  /** Where the question went. */
  readonly channel: string;
  resolve(body: Buffer): void;
  reject(error: Error): void;
}

/** This instance did not answer; another one may. */
class NoAnswerError extends Error {}

/** The answer may have come while this instance could not hear it: nobody is to blame, and it can be asked again. */
class UnheardError extends Error {}

/** Redis does not carry questions or answers now; asking another instance would not help. */
class BusAwayError extends Error {}

/**
 * At least once from the asker's view: a question may reach two instances when the first is slow, so every method is
 * idempotent. No order between questions.
 */
export class Rpc implements Component {
  readonly name = 'rpc';
  readonly #publish: Publish;
  readonly #subscriptions: ChannelSubscriptions;
  readonly #registry: InstanceRegistry;
  readonly #choice: InstanceChoice;
  readonly #observer: BusObserver;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #ownChannel: string;
  readonly #handlers = new Map<string, Handler>();
  readonly #waiters = new Map<number, Waiter>();
  readonly #whenIdle: (() => void)[] = [];
  #answering = 0;
  #isStopped = false;
  #nextId = 1;

  constructor(options: {
    publish: Publish;
    subscriptions: ChannelSubscriptions;
    registry: InstanceRegistry;
    observer: BusObserver;
    clock: Clock;
    logger: Logger;
    service: ServiceName;
    instanceId: string;
  }) {
    this.#publish = options.publish;
    this.#subscriptions = options.subscriptions;
    this.#registry = options.registry;
    this.#choice = new InstanceChoice({ ...options, patienceMs: ATTEMPT_TIMEOUT_MS });
    this.#observer = options.observer;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#ownChannel = instanceChannel(options.service, options.instanceId);
  }

  /** How many questions wait for an answer. */
  get pending(): number {
    return this.#waiters.size;
  }

  async start(): Promise<void> {
    await this.#subscriptions.subscribe(this.#ownChannel, (payload) => this.#receive(payload));
  }

  /** Resolves when every question that has arrived is answered. */
  async drain(): Promise<void> {
    if (this.#answering === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenIdle.push(resolve);
    });
  }

  /** Whoever still waits for an answer is told `unavailable`. */
  stop(): void {
    this.#isStopped = true;
    this.#subscriptions.unsubscribe(this.#ownChannel);
    for (const waiter of this.#waiters.values()) waiter.reject(new BusAwayError('stopped'));
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
   * what the handler threw, or `unavailable` when nobody answered or Redis is away.
   */
  call<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    options: { key?: string; instance?: Candidate } = {},
  ): Promise<Response> {
    return this.#observer.asking(method.name, () => this.#call(method, request, options));
  }

  async #call<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    options: { key?: string; instance?: Candidate },
  ): Promise<Response> {
    const body = method.request.encode(request);
    const tried = new Set<string>();
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const first = attempt === 0 ? options.instance : undefined;
      const instance = first ?? (await this.#choice.choose(method.service, tried, options.key));
      if (!instance || this.#isStopped) break;
      if (attempt > 0) this.#observer.askingAgain(method.name);
      tried.add(instance.id);
      try {
        return method.response.decode(await this.#ask(method, instance, body));
      } catch (error) {
        // The loss of Redis is logged where it is noticed, once.
        if (error instanceof BusAwayError) break;
        if (error instanceof UnheardError) {
          tried.delete(instance.id);
          continue;
        }
        if (!(error instanceof NoAnswerError || error instanceof MalformedMessageError)) throw error;
        // Many ask at once: one line for all of them.
        if (!this.#registry.suspect(method.service, instance.id)) continue;
        const peer = `${method.service}:${instance.id}`;
        this.#logger.warn({ peer, method: method.name, reason: error.message }, 'no answer');
      }
    }
    throw new CodedError('unavailable', `No ${method.service} instance answered. Try again in a moment.`);
  }

  async #ask(
    {
      service,
      name,
      attemptTimeoutMs = ATTEMPT_TIMEOUT_MS,
    }: Pick<Method<unknown, unknown>, 'service' | 'name' | 'attemptTimeoutMs'>,
    instance: Candidate,
    body: Buffer,
  ): Promise<Buffer> {
    const id = this.#nextId;
    this.#nextId = (this.#nextId + 1) >>> 0;
    const trace = this.#observer.traceFor(service, instance.id);
    const question = encodeRequest(id, name, this.#ownChannel, body, trace);
    const channel = instanceChannel(service, instance.id);
    const reply = new Promise<Buffer>((resolve, reject) => {
      this.#waiters.set(id, { channel, resolve, reject });
    });
    const fail = (error: Error) => this.#waiters.get(id)?.reject(error);
    let isTaken = false;
    const { restorations } = this.#subscriptions;
    const cancelTimer = this.#clock.after(attemptTimeoutMs, () => {
      const reason = `nothing within ${attemptTimeoutMs} ms`;
      if (!isTaken || !this.#subscriptions.isCurrent) fail(new BusAwayError(`${reason}, from Redis neither`));
      else if (this.#subscriptions.restorations !== restorations) fail(new UnheardError(reason));
      else fail(new NoAnswerError(reason));
    });
    // The count of receivers may come after the reply; only a zero or a failure matters.
    this.#publish(channel, question).then(
      (receivers) => {
        isTaken = true;
        if (receivers === 0) this.#giveUpOn(channel);
      },
      () => fail(new BusAwayError('Redis did not take it')),
    );
    try {
      return await reply;
    } finally {
      this.#waiters.delete(id);
      cancelTimer();
    }
  }

  /** Nobody listens there any more, so earlier questions will not be answered either: no need to wait for them. */
  #giveUpOn(channel: string): void {
    for (const waiter of this.#waiters.values()) {
      if (waiter.channel === channel) waiter.reject(new NoAnswerError('nobody listens there'));
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
      case 'error':
        this.#waiters.get(envelope.id)?.reject(new CodedError(envelope.code, envelope.message));
        return;
    }
  }

  async #answer(request: Extract<Envelope, { kind: 'request' }>): Promise<void> {
    this.#answering++;
    try {
      const method = this.#handlers.has(request.method) ? request.method : 'unknown';
      await this.#observer.answering(method, request.trace, async () =>
        this.#publish(request.replyTo, await this.#frameAnswer(request)),
      );
    } finally {
      this.#answering--;
      if (this.#answering === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
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
