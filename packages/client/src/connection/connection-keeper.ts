/** Keeps one connection open: reconnects after every loss and stops at a permanent error. */
import { type AccessToken, isAccountErased } from '../access-token.ts';
import type { Clock } from '../clock.ts';
import type { ConnectionStatus } from '../nearby-connection.ts';
import { NearbyError } from '../nearby-error.ts';
import { MutableObservable, type Observable } from '../observable.ts';
import { MAX_DELAY_MS, reconnectDelayMs } from './reconnect-delay.ts';
import type { Socket, SocketEvents } from './socket.ts';

/** A connection that lasts this long resets the backoff. */
const STABLE_MS = 10_000;
/**
 * So many attempts of an outage do not lengthen the delay when the load balancer answered them with 503: no gateway was
 * there to be burdened, and most outages of all gateways are restarts, over within 3 s.
 */
const QUICK_ATTEMPTS = 3;

type PassedOn =
  | 'snapshot'
  | 'changes'
  | 'friendsChanged'
  | 'deviceShared'
  | 'paceSet'
  | 'sharingChanged'
  | 'viewersChanged'
  | 'malformed'
  | 'transport';

interface KeeperEvents extends Pick<SocketEvents, PassedOn> {
  /** The server read its clock as `now` after `begunAt` of this device's clock. */
  serverClock(now: number, begunAt: number): void;
  /** Connected with this token. */
  online(token: string): void;
  offline(): void;
  /** Closed for good. */
  closed(error: NearbyError | undefined): void;
}

/**
 * connecting → online ⇄ reconnecting, and closed from anywhere; see {@link ConnectionStatus}.
 *
 * After a refused token, one other token is tried at once. If there is no other token, or it is refused too, the
 * connection closes for `unauthorized` and retries with backoff for `token_expired`.
 */
export class ConnectionKeeper {
  readonly #open: (token: string, events: SocketEvents) => Socket;
  readonly #token: AccessToken;
  readonly #events: KeeperEvents;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #status = new MutableObservable<ConnectionStatus>({ kind: 'connecting', failures: 0 });
  #socket: Socket | undefined;
  #wasOnline = false;
  #connectedAt = 0;
  /** Failed attempts since the last stable connection. */
  #failures = 0;
  /** Of them, those that do not lengthen the delay. */
  #quickFailures = 0;
  /** The last refused token and the reason, until another token is accepted. */
  #refusal: { readonly token: string; readonly error: NearbyError } | undefined;
  /** When to reconnect after the server drains, by this device's clock. */
  #reconnectAt: number | undefined;
  #cancelWait: (() => void) | undefined;
  #cancelDrainTimer: () => void = () => undefined;

  constructor(options: {
    open: (token: string, events: SocketEvents) => Socket;
    token: AccessToken;
    events: KeeperEvents;
    clock: Clock;
    /** 0 ≤ x < 1. */
    random: () => number;
  }) {
    this.#open = options.open;
    this.#token = options.token;
    this.#events = options.events;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#token.onEnd((reason) => this.close(reason));
  }

  get status(): Observable<ConnectionStatus> {
    return this.#status;
  }

  start(): void {
    void this.#attempt();
  }

  /** Skips the pending delay, because the network is back or the page is visible again. */
  retryNow(): void {
    if (!this.#cancelWait) return;
    this.#cancelWait();
    this.#cancelWait = undefined;
    void this.#attempt();
  }

  /** Resolves with the acknowledgement. Rejects with a `NearbyError`, immediately while there is no connection. */
  async emit(event: string, payload: object): Promise<object> {
    if (this.#socket && this.#status.value.kind === 'online') return this.#socket.emit(event, payload);
    const message = 'There is no connection at the moment. It reconnects automatically.';
    throw new NearbyError({ code: 'network', message, retryable: true });
  }

  close(error?: NearbyError): void {
    if (this.#isClosed) return;
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    this.#closeSocket();
    this.#status.set(error ? { kind: 'closed', error } : { kind: 'closed' });
    this.#events.closed(error);
  }

  get #isClosed(): boolean {
    return this.#status.value.kind === 'closed';
  }

  async #attempt(): Promise<void> {
    const refusal = this.#refusal;
    let token: string;
    try {
      token = refusal ? await this.#token.renew(refusal.token) : await this.#token.current();
    } catch (error) {
      const reason = error as NearbyError;
      return isAccountErased(reason) ? this.close(reason) : this.#failed(reason);
    }
    if (this.#isClosed) return;
    if (token === refusal?.token) return this.#refusedAgain(refusal.error);
    const begunAt = this.#clock.now();
    this.#socket = this.#open(token, {
      connected: () => this.#connected(token),
      ended: (error) => this.#ended(error, token),
      snapshot: (message) => this.#events.snapshot(message),
      changes: (message) => this.#events.changes(message),
      friendsChanged: (message) => this.#events.friendsChanged(message),
      deviceShared: (isThisDevice) => this.#events.deviceShared(isThisDevice),
      paceSet: (pace) => this.#events.paceSet(pace),
      sharingChanged: () => this.#events.sharingChanged(),
      viewersChanged: () => this.#events.viewersChanged(),
      serverClock: (now) => this.#events.serverClock(now, begunAt),
      transport: (name) => this.#events.transport(name),
      malformed: (error) => this.#events.malformed(error),
      draining: (reconnectInMs) => this.#scheduleReconnect(reconnectInMs),
    });
  }

  #connected(token: string): void {
    this.#wasOnline = true;
    this.#refusal = undefined;
    this.#connectedAt = this.#clock.now();
    this.#status.set({ kind: 'online' });
    // A status listener may have closed the connection.
    if (!this.#isClosed) this.#events.online(token);
  }

  #ended(error: NearbyError, token: string): void {
    const wasOnline = this.#status.value.kind === 'online';
    this.#closeSocket();
    // Closes this connection, and every other user of the token.
    if (isAccountErased(error)) {
      this.#token.end(error);
      return;
    }
    // An announced drain is not a failure.
    if (wasOnline && error.retryable) this.#lost(this.#reconnectAt === undefined ? error : undefined);
    else if (error.code === 'unauthorized' || error.code === 'token_expired') this.#refused(error, token);
    else if (error.retryable) this.#failed(error);
    else this.close(error);
  }

  #refused(error: NearbyError, token: string): void {
    const isSecond = this.#refusal !== undefined;
    this.#refusal = { token, error };
    if (isSecond) this.#refusedAgain(error);
    else void this.#attempt();
  }

  #lost(error: NearbyError | undefined): void {
    if (error) {
      // A short connection counts as a failure, so that the backoff grows.
      const lastedMs = this.#clock.now() - this.#connectedAt;
      const wasStable = lastedMs >= STABLE_MS;
      this.#failures = wasStable ? 0 : this.#failures + 1;
      if (wasStable) this.#quickFailures = 0;
    }
    this.#waitAndAttempt(error);
    this.#events.offline();
  }

  #failed(error: NearbyError): void {
    if (this.#isClosed) return;
    this.#failures++;
    if (error.status === 503 && this.#quickFailures < QUICK_ATTEMPTS) this.#quickFailures++;
    this.#waitAndAttempt(error);
  }

  /** No other token is available, or the other token was refused too. */
  #refusedAgain(error: NearbyError): void {
    if (this.#token.canRenew && error.retryable) this.#failed(error);
    else this.close(error);
  }

  #waitAndAttempt(error: NearbyError | undefined): void {
    const failures = this.#failures;
    const kind = this.#wasOnline ? 'reconnecting' : 'connecting';
    const delayMs = this.#delayMs();
    this.#status.set(error ? { kind, failures, error } : { kind, failures });
    if (this.#isClosed) return;
    this.#cancelWait = this.#clock.after(delayMs, () => {
      this.#cancelWait = undefined;
      void this.#attempt();
    });
  }

  #delayMs(): number {
    const reconnectAt = this.#reconnectAt;
    this.#reconnectAt = undefined;
    if (reconnectAt === undefined) return reconnectDelayMs(this.#failures - this.#quickFailures, this.#random());
    return Math.min(Math.max(0, reconnectAt - this.#clock.now()), MAX_DELAY_MS);
  }

  /** The server drains: leaves at the time it names and reconnects at once. */
  #scheduleReconnect(ms: number): void {
    this.#reconnectAt = this.#clock.now() + ms;
    this.#cancelDrainTimer();
    this.#cancelDrainTimer = this.#clock.after(ms, () => {
      this.#closeSocket();
      this.#lost(undefined);
    });
  }

  #closeSocket(): void {
    this.#cancelDrainTimer();
    this.#socket?.close();
    this.#socket = undefined;
  }
}
