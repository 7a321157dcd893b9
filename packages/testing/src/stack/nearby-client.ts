/** One device in a test: a real Socket.IO client through the load balancer that keeps the list it is sent. */
import {
  type Ack,
  FRIENDS_CHANGED,
  type FriendsChanged,
  LOCATION_UPDATE,
  type LocationUpdateAck,
  NEARBY_CHANGES,
  NEARBY_SNAPSHOT,
  type NearbyChanges,
  type NearbyFriend,
  type NearbySnapshot,
  type Position,
  RADIUS_SET,
} from '@nearby-friends/protocol';
import { io, type Socket } from 'socket.io-client';
import { eventually } from '../plain/eventually.ts';

const ACK_TIMEOUT_MS = 10_000;

export interface NearbyClientOptions {
  readonly url: string;
  readonly token?: string;
  /** The source address that the load balancer sees; it decides the gateway. */
  readonly address?: string;
  readonly transports?: ('websocket' | 'polling')[];
  readonly headers?: Record<string, string>;
  /** Instead of `{ token }`. */
  readonly auth?: Record<string, unknown>;
}

export class NearbyClient {
  readonly socket: Socket;
  /** Replaced by a snapshot, changed by changes, never by the client itself. */
  readonly list = new Map<string, NearbyFriend>();
  readonly friendsChanged: FriendsChanged[] = [];
  snapshots = 0;
  changes = 0;
  /** Friends upserted, over all messages. */
  upserts = 0;
  lastSnapshot: NearbySnapshot | null = null;
  connects = 0;
  disconnects = 0;

  constructor(options: NearbyClientOptions) {
    this.socket = io(options.url, {
      forceNew: true,
      autoConnect: false,
      transports: options.transports ?? ['websocket'],
      reconnectionDelay: 100,
      reconnectionDelayMax: 1_000,
      extraHeaders: { ...(options.address ? { 'X-Forwarded-For': options.address } : {}), ...options.headers },
      auth: options.auth ?? { token: options.token },
    });
    this.socket.on('connect', () => this.connects++);
    this.socket.on('disconnect', () => this.disconnects++);
    this.socket.on(NEARBY_SNAPSHOT, (message: NearbySnapshot) => this.#replace(message));
    this.socket.on(NEARBY_CHANGES, (message: NearbyChanges) => this.#change(message));
    this.socket.on(FRIENDS_CHANGED, (message: FriendsChanged) => this.friendsChanged.push(message));
  }

  /** Resolves when connected; rejects with the error of the server or the network. */
  async connect(): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.socket.once('connect', resolve);
      this.socket.once('connect_error', reject);
      this.socket.connect();
    });
    return this;
  }

  /** Reports a position; resolves with the server's acknowledgement. */
  async report(position: Position): Promise<LocationUpdateAck> {
    return this.socket.timeout(ACK_TIMEOUT_MS).emitWithAck(LOCATION_UPDATE, position);
  }

  /** Reports a position until it is accepted, and resolves with that: a gateway that has just started may not keep any yet. */
  async reportUntilKept(position: Position): Promise<LocationUpdateAck & { ok: true }> {
    return await eventually(async () => {
      const ack = await this.report(position);
      if (!ack.ok) throw new Error(`The position was refused: ${ack.code}`);
      return ack;
    });
  }

  async setRadius(meters: number): Promise<Ack> {
    return this.socket.timeout(ACK_TIMEOUT_MS).emitWithAck(RADIUS_SET, { meters });
  }

  /** Any event with any payload. */
  async send(event: string, ...payload: unknown[]): Promise<Ack> {
    return this.socket.timeout(ACK_TIMEOUT_MS).emitWithAck(event, ...payload);
  }

  /** Nearest first. */
  get friends(): NearbyFriend[] {
    return [...this.list.values()].sort((a, b) => a.distance - b.distance);
  }

  get friendIds(): string[] {
    return this.friends.map(({ id }) => id);
  }

  close(): void {
    this.socket.disconnect();
  }

  #replace(snapshot: NearbySnapshot): void {
    this.snapshots++;
    this.lastSnapshot = snapshot;
    this.list.clear();
    for (const friend of snapshot.friends) this.list.set(friend.id, friend);
  }

  #change({ upserts, removed }: NearbyChanges): void {
    this.changes++;
    this.upserts += upserts.length;
    for (const friend of upserts) this.list.set(friend.id, friend);
    for (const id of removed) this.list.delete(id);
  }
}
