/** RPC between instances: chooses the instance, times out and fails over. */
import {
  CodedError,
  instanceChannel,
  MalformedMessageError,
  type Method,
  responseChannel,
  type ServiceName,
} from '@nearby-friends/protocol';
import type { Clock, Component, Logger } from '@nearby-friends/service-kit';
import type { ChannelSubscriptions } from '../redis/channel-subscriptions.ts';
import { decodeEnvelope, encodeRequest } from './envelope.ts';
import { InstanceChoice } from './instance-choice.ts';
import type { InstanceRegistry } from './instance-registry.ts';
import type { Candidate } from './rendezvous.ts';
import { type Publish, RequestServer } from './request-server.ts';
import type { RpcObserver } from './rpc-observer.ts';

/** How long to wait for one instance's response before the request goes to another instance. */
export const ATTEMPT_TIMEOUT_MS = 1_000;
/**
 * A method with a longer limit is given up as early as this, ms, at the first instance, if that has not responded to anything
 * since: it hangs. One that is slow under load responds to others, and a second request would only add to its load.
 */
export const HUNG_AFTER_MS = 1_500;
/** How many instances receive a request before it fails. Those that turn out to be gone do not count: they cost a round trip. */
export const MAX_ATTEMPTS = 3;

interface PendingRequest {
  readonly instance: Candidate;
  /** The instance's. */
  readonly channel: string;
  resolve(body: Buffer): void;
  reject(error: Error): void;
}

/** This instance did not respond; another one may. */
class NoResponseError extends Error {}

/** Its channel has no subscriber: it is gone. */
class NoReceiverError extends NoResponseError {}

/** This instance was not subscribed when the response may have come: the same instance can be tried again. */
class MissedResponseError extends Error {}

/** Redis carries neither requests nor responses now; another instance would not help. */
class BusUnavailableError extends Error {}

/**
 * At least once: when an instance is slow, the request may reach a second one, so every method is idempotent.
 * Requests have no order.
 */
export class Rpc implements Component {
  readonly name = 'rpc';
  readonly #publish: Publish;
  readonly #subscriptions: ChannelSubscriptions;
  readonly #registry: InstanceRegistry;
  readonly #choice: InstanceChoice;
  readonly #observer: RpcObserver;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #requestChannel: string;
  readonly #responseChannel: string;
  readonly #server: RequestServer;
  readonly #pending = new Map<number, PendingRequest>();
  /** When an instance has last responded, by this process' clock. */
  readonly #respondedAt = new WeakMap<Candidate, number>();
  #isStopped = false;
  #nextId = 1;

  constructor(options: {
    publish: Publish;
    subscriptions: ChannelSubscriptions;
    registry: InstanceRegistry;
    observer: RpcObserver;
    clock: Clock;
    logger: Logger;
    service: ServiceName;
    instanceId: string;
  }) {
    this.#publish = options.publish;
    this.#subscriptions = options.subscriptions;
    this.#registry = options.registry;
    this.#choice = new InstanceChoice({ ...options, refreshTimeoutMs: ATTEMPT_TIMEOUT_MS });
    this.#observer = options.observer;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#server = new RequestServer(options);
    this.#requestChannel = instanceChannel(options.service, options.instanceId);
    this.#responseChannel = responseChannel(options.service, options.instanceId);
  }

  /** Number of requests that wait for a response. */
  get pending(): number {
    return this.#pending.size;
  }

  async start(): Promise<void> {
    await Promise.all(
      [this.#requestChannel, this.#responseChannel].map((channel) =>
        this.#subscriptions.subscribe(channel, (payload) => this.#receive(payload)),
      ),
    );
  }

  /**
   * Stops receiving requests, and resolves when every received request has its response. Other instances still send
   * requests here until they re-read the registry: Redis reports at once that there is no receiver, and they try the
   * next instance. This instance can still call others until {@link stop}.
   */
  async drain(): Promise<void> {
    await this.#subscriptions.leave(this.#requestChannel);
    await this.#server.idle();
  }

  /** Pending requests fail with `unavailable`. */
  stop(): void {
    this.#isStopped = true;
    this.#subscriptions.unsubscribe(this.#requestChannel);
    this.#subscriptions.unsubscribe(this.#responseChannel);
    for (const request of this.#pending.values()) request.reject(new BusUnavailableError('stopped'));
  }

  /** Handles requests of `method`. An error that the handler throws reaches the caller as a `CodedError`. */
  serve<Request, Response>(
    method: Method<Request, Response>,
    handle: (request: Request) => Promise<Response> | Response,
  ): void {
    this.#server.serve(method, handle);
  }

  /**
   * Sends a request to an instance of the method's service: chosen by rendezvous hashing of `key`, or in turn without a
   * key. Throws a `CodedError`: the handler's, or `unavailable` when no instance responded or Redis is unavailable.
   */
  call<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    options: { key?: string; instance?: Candidate } = {},
  ): Promise<Response> {
    return this.#observer.traceRequest(method.name, () => this.#call(method, request, options));
  }

  async #call<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    options: { key?: string; instance?: Candidate },
  ): Promise<Response> {
    const body = method.request.encode(request);
    const tried = new Set<string>();
    for (let attempt = 0, gone = 0; attempt - gone < MAX_ATTEMPTS; attempt++) {
      const first = attempt === 0 ? options.instance : undefined;
      const instance = first ?? (await this.#choice.choose(method.service, tried, options.key));
      if (!instance || this.#isStopped) break;
      if (attempt > 0) this.#observer.countRetry(method.name);
      tried.add(instance.id);
      try {
        return method.response.decode(await this.#attempt(method, instance, body, attempt === 0));
      } catch (error) {
        // The connection logs its loss, once.
        if (error instanceof BusUnavailableError) break;
        if (error instanceof MissedResponseError) {
          tried.delete(instance.id);
          continue;
        }
        if (!(error instanceof NoResponseError || error instanceof MalformedMessageError)) throw error;
        if (error instanceof NoReceiverError) gone++;
        // Many requests fail at once: one line for all of them.
        if (!this.#registry.suspect(method.service, instance.id)) continue;
        const target = `${method.service}:${instance.id}`;
        this.#logger.warn({ target, method: method.name, reason: error.message }, 'no rpc response');
      }
    }
    throw new CodedError('unavailable', `No ${method.service} instance responded. Try again in a moment.`);
  }

  async #attempt(
    {
      service,
      name,
      attemptTimeoutMs = ATTEMPT_TIMEOUT_MS,
    }: Pick<Method<unknown, unknown>, 'service' | 'name' | 'attemptTimeoutMs'>,
    instance: Candidate,
    body: Buffer,
    isFirst: boolean,
  ): Promise<Buffer> {
    const id = this.#nextId;
    this.#nextId = (this.#nextId + 1) >>> 0;
    const request = encodeRequest(id, name, this.#responseChannel, body, this.#observer.traceContext());
    const channel = instanceChannel(service, instance.id);
    const response = new Promise<Buffer>((resolve, reject) => {
      this.#pending.set(id, { instance, channel, resolve, reject });
    });
    const fail = (error: Error) => this.#pending.get(id)?.reject(error);
    let isPublished = false;
    const { restorations } = this.#subscriptions;
    const sentAt = this.#clock.now();
    let waitMs = isFirst ? Math.min(HUNG_AFTER_MS, attemptTimeoutMs) : attemptTimeoutMs;
    const giveUp = () => {
      const isSlow = (this.#respondedAt.get(instance) ?? Number.NEGATIVE_INFINITY) >= sentAt;
      if (waitMs < attemptTimeoutMs && isSlow && this.#pending.has(id)) {
        cancelTimer = afterStall(attemptTimeoutMs - waitMs);
        waitMs = attemptTimeoutMs;
        return;
      }
      const reason = `no response within ${waitMs} ms`;
      if (!isPublished || !this.#subscriptions.isCurrent) fail(new BusUnavailableError(`${reason}, nor from Redis`));
      else if (this.#subscriptions.restorations !== restorations) fail(new MissedResponseError(reason));
      else fail(new NoResponseError(reason));
    };
    // Node runs timers before it reads sockets: after a stall of this process the response may be there, unread.
    const afterStall = (ms: number) => this.#clock.after(ms, () => setImmediate(giveUp));
    let cancelTimer = afterStall(waitMs);
    // The number of receivers may arrive after the response; only zero or a failure matters.
    this.#publish(channel, request).then(
      (receivers) => {
        isPublished = true;
        if (receivers === 0) this.#failAllTo(channel);
      },
      () => fail(new BusUnavailableError('Redis did not accept the request')),
    );
    try {
      return await response;
    } finally {
      this.#pending.delete(id);
      cancelTimer();
    }
  }

  /** The channel has no subscriber, so earlier requests to it get no response either. */
  #failAllTo(channel: string): void {
    for (const request of this.#pending.values()) {
      if (request.channel === channel) request.reject(new NoReceiverError('the channel has no subscriber'));
    }
  }

  #receive(payload: Buffer): void {
    const envelope = decodeEnvelope(payload);
    switch (envelope.kind) {
      case 'request':
        this.#server.respond(envelope);
        return;
      case 'response':
        this.#responded(envelope.id)?.resolve(envelope.body);
        return;
      case 'error':
        this.#responded(envelope.id)?.reject(new CodedError(envelope.code, envelope.message));
        return;
    }
  }

  #responded(id: number): PendingRequest | undefined {
    const request = this.#pending.get(id);
    if (request) this.#respondedAt.set(request.instance, this.#clock.now());
    return request;
  }
}
