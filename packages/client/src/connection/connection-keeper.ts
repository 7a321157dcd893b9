/** Keeps one connection to the server: comes back after every loss, and knows when that makes no sense. */
import type { AccessToken } from '../access-token.ts';
import type { Clock } from '../clock.ts';
import type { ConnectionStatus } from '../nearby-connection.ts';
import { NearbyError } from '../nearby-error.ts';
import { MutableObservable, type Observable } from '../observable.ts';
import { MAX_DELAY_MS, reconnectDelayMs } from './reconnect-delay.ts';
import type { Socket, SocketEvents } from './socket.ts';

/** A connection that stands this long is a good one: after it, pauses between attempts begin small again. */
const STABLE_MS = 10_000;

export interface KeeperEvents extends Pick<SocketEvents, 'snapshot' | 'changes' | 'friendsChanged' | 'malformed'> {
  /** Connected, with this token. */
  online(token: string): void;
  offline(): void;
  /** It is over. */
  closed(error: NearbyError | undefined): void;
}

/**
 * connecting → online ⇄ reconnecting, and closed from anywhere; see {@link ConnectionStatus}.
 *
 * A refused token is replaced by another one, where there is a way to one, and tried at once. When there is no other, or
 * that is refused as well, it is over for `unauthorized`; for `token_expired` it goes on after a pause.
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
  /** Attempts that failed since the last good connection. */
  #failures = 0;
  /** The token that was refused last and why, as long as no other was accepted. */
  #refusal: { readonly token: string; readonly error: NearbyError } | undefined;
  /** When the draining server wants its client back, by this device's clock. */
  #comeBackAt: number | undefined;
  #cancelWait: (() => void) | undefined;
  #cancelLeave: () => void = () => undefined;

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
  }

  get status(): Observable<ConnectionStatus> {
    return this.#status;
  }

  start(): void {
    void this.#attempt();
  }

  /** Tries now instead of waiting: the network is back, or somebody looks again. */
  hurry(): void {
    if (!this.#cancelWait) return;
    this.#cancelWait();
    this.#cancelWait = undefined;
    void this.#attempt();
  }

  /** Resolves with the fields of the answer. Rejects with a `NearbyError`, without a connection at once. */
  async emit(event: string, payload: object): Promise<object> {
    if (this.#socket && this.#status.value.kind === 'online') return this.#socket.emit(event, payload);
    const message = 'There is no connection at the moment. It is made again by itself.';
    throw new NearbyError({ code: 'network', message, retryable: true });
  }

  close(error?: NearbyError): void {
    if (this.#isClosed) return;
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    this.#letGo();
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
      return this.#failed(error as NearbyError);
    }
    if (this.#isClosed) return;
    if (token === refusal?.token) return this.#refusedAgain(refusal.error);
    this.#socket = this.#open(token, {
      connected: () => this.#connected(token),
      ended: (error) => this.#ended(error, token),
      snapshot: (message) => this.#events.snapshot(message),
      changes: (message) => this.#events.changes(message),
      friendsChanged: (message) => this.#events.friendsChanged(message),
      malformed: (error) => this.#events.malformed(error),
      draining: (reconnectInMs) => this.#leaveIn(reconnectInMs),
    });
  }

  #connected(token: string): void {
    this.#wasOnline = true;
    this.#refusal = undefined;
    this.#connectedAt = this.#clock.now();
    this.#status.set({ kind: 'online' });
    // Whoever was told of the status may have closed the connection.
    if (!this.#isClosed) this.#events.online(token);
  }

  #ended(error: NearbyError, token: string): void {
    const wasOnline = this.#status.value.kind === 'online';
    this.#letGo();
    // What was announced is no failure.
    if (wasOnline) this.#lost(this.#comeBackAt === undefined ? error : undefined);
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
      // Lost soon after it was made, it counts as a failure like any other, so that pauses grow.
      const stoodMs = this.#clock.now() - this.#connectedAt;
      this.#failures = stoodMs >= STABLE_MS ? 0 : this.#failures + 1;
    }
    this.#waitAndAttempt(error);
    this.#events.offline();
  }

  #failed(error: NearbyError): void {
    if (this.#isClosed) return;
    this.#failures++;
    this.#waitAndAttempt(error);
  }

  /** There is no other token than the one that was refused, or the other was refused as well. */
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
    const comeBackAt = this.#comeBackAt;
    this.#comeBackAt = undefined;
    if (comeBackAt === undefined) return reconnectDelayMs(this.#failures, this.#random());
    return Math.min(Math.max(0, comeBackAt - this.#clock.now()), MAX_DELAY_MS);
  }

  /** The server sends its clients elsewhere: leaves it at the time it wishes, and comes back at once. */
  #leaveIn(ms: number): void {
    this.#comeBackAt = this.#clock.now() + ms;
    this.#cancelLeave();
    this.#cancelLeave = this.#clock.after(ms, () => {
      this.#letGo();
      this.#lost(undefined);
    });
  }

  /** Ends the connection there is. */
  #letGo(): void {
    this.#cancelLeave();
    this.#socket?.close();
    this.#socket = undefined;
  }
}
