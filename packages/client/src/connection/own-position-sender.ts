/** Sends the user's own positions with their true times, the newest last, and again after a reconnect. */
import type { Clock } from '../clock.ts';
import type { PositionReport } from '../nearby-connection.ts';
import { NearbyError } from '../nearby-error.ts';
import type { Position } from '../wire-messages.ts';
import { isLocationAccepted } from './message-checks.ts';
import type { NearbyList } from './nearby-list.ts';
import { NewestSender } from './newest-sender.ts';
import { normalizeLongitude } from './normalize-longitude.ts';
import { ageOf, type TakenPosition, toWire } from './position-age.ts';
import type { PositionReporter } from './position-watch.ts';
import type { ServerClock } from './server-clock.ts';

interface Accepted {
  readonly at: number;
  readonly shared: boolean;
}

export class OwnPositionSender {
  readonly #emit: (position: Position) => Promise<object>;
  readonly #list: Pick<NearbyList, 'setOwnPosition'>;
  readonly #serverClock: ServerClock;
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #onShared: (isSharing: boolean) => void;
  readonly #sender: NewestSender<TakenPosition, Accepted>;
  /** Sent again after a reconnect. */
  #last: TakenPosition | undefined;

  constructor(options: {
    /** Resolves with the acknowledgement. Rejects with a `NearbyError`. */
    emit: (position: Position) => Promise<object>;
    list: Pick<NearbyList, 'setOwnPosition'>;
    serverClock: ServerClock;
    clock: Clock;
    /** Older positions are not sent again. */
    ttlMs: number;
    /** Called with each accepted position: whether friends see it, or another device of the user shares. */
    onShared: (isSharing: boolean) => void;
  }) {
    this.#emit = options.emit;
    this.#list = options.list;
    this.#serverClock = options.serverClock;
    this.#clock = options.clock;
    this.#ttlMs = options.ttlMs;
    this.#onShared = options.onShared;
    this.#sender = new NewestSender({ clock: options.clock, emit: (taken) => this.#send(taken) });
  }

  /** Resolves once the server has accepted this position or a newer one. Rejects with a `NearbyError`. */
  send(report: PositionReport): Promise<Accepted> {
    return this.#enqueue(this.#taken(report));
  }

  /** For one source of positions, which may take its last one back. */
  reporter(): PositionReporter {
    let mine: TakenPosition | undefined;
    return {
      report: (position) => {
        mine = this.#taken(position);
        return this.#enqueue(mine);
      },
      withdraw: (reason) => {
        if (!mine) return;
        if (this.#last === mine) this.#last = undefined;
        this.#sender.withdraw(mine, reason);
      },
    };
  }

  online(): void {
    const last = this.#last;
    if (last && ageOf(last, this.#clock.now(), this.#serverClock.now()) < this.#ttlMs) this.#sender.repeat(last);
    this.#sender.online();
  }

  offline(): void {
    this.#sender.offline();
  }

  close(reason: NearbyError): void {
    this.#sender.close(reason);
  }

  #enqueue(taken: TakenPosition): Promise<Accepted> {
    this.#last = taken;
    return this.#sender.send(taken);
  }

  #taken({ at, ...position }: PositionReport): TakenPosition {
    const normalized = { ...position, lng: normalizeLongitude(position.lng) };
    return { position: normalized, takenAt: at ?? this.#clock.now(), isOwnTime: at === undefined };
  }

  async #send(taken: TakenPosition): Promise<Accepted> {
    const sentAt = this.#clock.now();
    const message = toWire(taken, sentAt, this.#serverClock.now());
    const ack = await this.#emit(message).catch((error: NearbyError) => {
      // `unavailable` means not published to friends; the gateway has still moved the viewer.
      if (error.code === 'unavailable') this.#list.setOwnPosition(taken.position);
      // A refused position is not sent again.
      if (!error.retryable && this.#last === taken) this.#last = undefined;
      throw error;
    });
    if (!isLocationAccepted(ack)) {
      const text = 'The server accepted a position without a time. Update the app.';
      throw new NearbyError({ code: 'bad_answer', message: text, retryable: false });
    }
    // A position that carries its own time is stamped with that, which says little about the server's clock.
    if (message.at === undefined) this.#serverClock.observe(ack.at, sentAt, this.#clock.now());
    else this.#serverClock.observePast(ack.at);
    this.#list.setOwnPosition(taken.position);
    // A server that does not say so lets every device share.
    const shared = ack.shared !== false;
    this.#onShared(shared);
    return { at: ack.at, shared };
  }
}
