/** One user's phone: a real Socket.IO client that reports positions and keeps the list it is sent. */
import { randomUUID } from 'node:crypto';
import {
  type Ack,
  DEFAULT_RADIUS_METERS,
  LOCATION_UPDATE,
  type LocationUpdateAck,
  NEARBY_CHANGES,
  NEARBY_SNAPSHOT,
  type NearbyChanges,
  type NearbyFriend,
  type NearbySnapshot,
  nearbyChangesSchema,
  nearbySnapshotSchema,
  RADIUS_SET,
  SERVER_DRAINING,
  type UserId,
} from '@nearby-friends/protocol';
import { io, type Socket } from 'socket.io-client';
import type { Movement } from '../dataset/movements.ts';
import type { WallClock } from '../plain/wall-clock.ts';
import { NearbyList, type ProtocolBreach } from './nearby-list.ts';
import { type ConfirmedUpdate, PositionSender, type SendingObserver } from './position-sender.ts';

/** An update without acknowledgement for this long is tried again. */
export const ACK_TIMEOUT_MS = 2_000;
/** Coming back after a lost connection: soon, but not all in the same instant (±50 %). */
const RECONNECT_DELAY_MS = 300;
const RECONNECT_DELAY_MAX_MS = 1_500;
/** Socket.IO leaves it to the application to come back after the server ended the session or refused the handshake. */
const REFUSED_RETRY_MS = 1_000;

/** `both`: long-polling first, then the upgrade, so that polling requests and upgrade must reach the same replica (W2). */
export const TRANSPORT_CHOICES = ['websocket', 'polling', 'both'] as const;
export type TransportChoice = (typeof TRANSPORT_CHOICES)[number];

const TRANSPORTS: Readonly<Record<TransportChoice, string[]>> = {
  websocket: ['websocket'],
  polling: ['polling'],
  both: ['polling', 'websocket'],
};

export interface ClientObserver extends SendingObserver {
  /** The first handshake begins, with a token; not called for reconnects. */
  connectionBegun(user: UserId): void;
  connected(user: UserId): void;
  /** The first report of a connection is on its way: a snapshot is due. */
  firstUpdateSent(user: UserId): void;
  connectionLost(user: UserId): void;
  connectionRefused(code: string): void;
  drainingAnnounced(): void;
  snapshotReceived(user: UserId, snapshot: NearbySnapshot): void;
  changesReceived(user: UserId, changes: NearbyChanges): void;
  protocolBreached(user: UserId, breach: ProtocolBreach): void;
}

interface SimulatedClientOptions {
  readonly user: UserId;
  readonly url: string;
  readonly sourceAddress: string;
  readonly transport: TransportChoice;
  /** Metres. Undefined: any radius of the profile is right. */
  readonly radiusMeters: number | undefined;
  /** Whether the client sets it on each connection, or expects it to stand in the profile. */
  readonly setsRadius: boolean;
  readonly clock: WallClock;
  readonly observer: ClientObserver;
  /** Called at every connection attempt that needs a new one. */
  readonly fetchToken: () => Promise<string>;
}

export class SimulatedClient {
  readonly #options: SimulatedClientOptions;
  /** One phone on all of its connections. */
  readonly #device = randomUUID();
  readonly #socket: Socket;
  readonly #list: NearbyList;
  readonly #sender: PositionSender;
  #token: string | undefined;
  /** Whether it should be online. */
  #isWanted = false;
  #lastRefusal: string | undefined;

  constructor(options: SimulatedClientOptions) {
    const { user, url, sourceAddress, transport, radiusMeters, clock, observer } = options;
    this.#options = options;
    const onBreach = (breach: ProtocolBreach): void => observer.protocolBreached(user, breach);
    this.#list = new NearbyList({ radiusMeters, onBreach });
    this.#sender = new PositionSender({ clock, observer, emit: (movement) => this.#emitUpdate(movement) });
    // Socket.IO would treat a path in the address as a namespace.
    const { origin, pathname } = new URL(url);
    this.#socket = io(origin, {
      path: `${pathname.replace(/\/+$/, '')}/socket.io/`,
      autoConnect: false,
      forceNew: true,
      transports: TRANSPORTS[transport],
      reconnectionDelay: RECONNECT_DELAY_MS,
      reconnectionDelayMax: RECONNECT_DELAY_MAX_MS,
      extraHeaders: { 'X-Forwarded-For': sourceAddress },
      auth: (give) => give({ token: this.#token, device: this.#device }),
    });
    this.#listen();
  }

  get user(): UserId {
    return this.#options.user;
  }

  get online(): boolean {
    return this.#socket.connected;
  }

  /** Why the last connection attempt failed: the protocol's code, or `transport`. */
  get lastRefusal(): string | undefined {
    return this.#lastRefusal;
  }

  /** Resolves once connected. Rejects without a token, and with the signal's reason when that is earlier. */
  async connect(signal: AbortSignal): Promise<void> {
    this.#isWanted = true;
    this.#token = await this.#options.fetchToken();
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.#socket.once('connect', resolve);
      this.#begin();
    });
  }

  /** Goes online and stays so, for as long as it takes; the observer is notified of failures. */
  wake(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    if (this.#token === undefined) void this.#reconnect(true);
    else this.#begin();
  }

  /** Goes offline on purpose, as a phone does in a tunnel; that is no lost connection. */
  sleep(): void {
    this.#isWanted = false;
    this.#sender.disconnected();
    this.#socket.disconnect();
  }

  report(movement: Movement): void {
    this.#sender.report(movement);
  }

  /** The list on show, nearest first; undefined until this connection's snapshot. */
  get shown(): NearbyFriend[] | undefined {
    return this.#list.shown;
  }

  get confirmed(): ConfirmedUpdate | undefined {
    return this.#sender.confirmed;
  }

  /** Connected, and everything it wanted to report is confirmed. */
  get settled(): boolean {
    return this.#sender.settled;
  }

  close(): void {
    this.sleep();
  }

  #listen(): void {
    const { user, observer } = this.#options;
    this.#socket.on('connect', () => this.#onConnect());
    this.#socket.on('disconnect', (reason) => {
      this.#sender.disconnected();
      if (!this.#isWanted) return;
      observer.connectionLost(user);
      if (reason === 'io server disconnect') void this.#reconnectLater(false);
    });
    this.#socket.on('connect_error', (error) => {
      const code = refusalCode(error);
      this.#lastRefusal = code;
      observer.connectionRefused(code);
      if (!this.#socket.active) void this.#reconnectLater(code === 'token_expired');
    });
    this.#socket.on(SERVER_DRAINING, () => observer.drainingAnnounced());
    this.#socket.on(NEARBY_SNAPSHOT, (message: unknown) => {
      const snapshot = nearbySnapshotSchema.safeParse(message);
      if (!snapshot.success) return observer.protocolBreached(user, 'malformed message');
      this.#list.applySnapshot(snapshot.data);
      observer.snapshotReceived(user, snapshot.data);
    });
    this.#socket.on(NEARBY_CHANGES, (message: unknown) => {
      const changes = nearbyChangesSchema.safeParse(message);
      if (!changes.success) return observer.protocolBreached(user, 'malformed message');
      this.#list.applyChanges(changes.data);
      observer.changesReceived(user, changes.data);
    });
  }

  #onConnect(): void {
    this.#list.connectionOpened();
    this.#options.observer.connected(this.#options.user);
    if (this.#options.setsRadius) void this.#setRadius();
    else this.#sender.connected();
  }

  /** The radius must stand before the first list, so positions wait for it. */
  async #setRadius(): Promise<void> {
    const connection = this.#socket.id;
    while (this.#socket.connected && this.#socket.id === connection) {
      try {
        const ack: Ack = await this.#socket
          .timeout(ACK_TIMEOUT_MS)
          .emitWithAck(RADIUS_SET, { meters: this.#options.radiusMeters ?? DEFAULT_RADIUS_METERS });
        if (!ack.ok) this.#options.observer.updateRejected(ack.code);
        else if (this.#socket.id === connection) return this.#sender.connected();
      } catch {
        this.#options.observer.updateUnanswered();
      }
      await this.#options.clock.pause(REFUSED_RETRY_MS);
    }
  }

  async #reconnectLater(needsToken: boolean): Promise<void> {
    await this.#options.clock.pause(REFUSED_RETRY_MS);
    await this.#reconnect(needsToken);
  }

  async #reconnect(needsToken: boolean): Promise<void> {
    const isFirst = this.#token === undefined;
    try {
      if (needsToken && this.#isWanted) this.#token = await this.#options.fetchToken();
    } catch {
      this.#options.observer.connectionRefused('no_token');
      return this.#reconnectLater(needsToken);
    }
    // Meanwhile it may have been put to sleep, or put to sleep and woken.
    if (!this.#isWanted || this.#socket.active) return;
    if (isFirst) this.#begin();
    else this.#socket.connect();
  }

  #begin(): void {
    this.#options.observer.connectionBegun(this.#options.user);
    this.#socket.connect();
  }

  async #emitUpdate({ lat, lng, sensors }: Movement): Promise<LocationUpdateAck> {
    if (this.#list.updateSent()) this.#options.observer.firstUpdateSent(this.user);
    return this.#socket.timeout(ACK_TIMEOUT_MS).emitWithAck(LOCATION_UPDATE, { lat, lng, ...sensors });
  }
}

/** The protocol's code of a refused handshake, or `transport` when the server could not be reached at all. */
function refusalCode(error: Error): string {
  if ('data' in error && typeof error.data === 'object' && error.data !== null && 'code' in error.data) {
    return String(error.data.code);
  }
  return 'transport';
}
