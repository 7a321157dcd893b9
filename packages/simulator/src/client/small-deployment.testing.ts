/** A deployment in miniature, right or wrong in a chosen way: the replay must distinguish the two. */
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { distanceMeters } from '@nearby-friends/geo';
import {
  DEFAULT_RADIUS_METERS,
  LEAVE_RADIUS_FACTOR,
  LOCATION_UPDATE,
  NEARBY_CHANGES,
  NEARBY_SNAPSHOT,
  type NearbyFriend,
  parseUserId,
  positionSchema,
  RADIUS_SET,
  type UserId,
} from '@nearby-friends/protocol';
import { Server, type Socket } from 'socket.io';
import type { Friendships } from '../dataset/friendships.ts';

/** What this deployment does wrong. */
export type Defect =
  | 'keeps inactive friends'
  | 'ignores that the viewer moves'
  | 'sends a friend’s first position only'
  | 'omits friends who come later'
  | 'does not sort the snapshot'
  | 'measures in miles'
  | 'lists strangers'
  | 'acknowledges nothing'
  | 'acknowledges late';

interface SmallDeploymentOptions {
  readonly friendships: Friendships;
  readonly ttlMs: number;
  readonly defect?: Defect;
  /** A path that a proxy in front of it would add. Default: none. */
  readonly below?: string;
}

interface Session {
  readonly user: UserId;
  readonly socket: Socket;
  radiusMeters: number;
  sent: Map<UserId, NearbyFriend> | undefined;
}

interface Place {
  readonly lat: number;
  readonly lng: number;
  readonly at: number;
}

const FLUSH_MS = 20;
/** Longer than the interval between position updates, and far shorter than a client's acknowledgement timeout. */
const LATE_MS = 500;

/** Keeps everything in memory and recomputes every list at every flush. */
export class SmallDeployment {
  readonly #options: SmallDeploymentOptions;
  readonly #http: HttpServer = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (body: string) => {
      const { userId } = JSON.parse(body) as { userId: string };
      response.writeHead(201, { 'Content-Type': 'application/json' }).end(JSON.stringify({ token: userId }));
    });
  });
  readonly #io: Server;
  readonly #places = new Map<UserId, Place>();
  readonly #sessions = new Set<Session>();
  #flushing: NodeJS.Timeout | undefined;

  constructor(options: SmallDeploymentOptions) {
    this.#options = options;
    this.#io = new Server(this.#http, { path: `${options.below ?? ''}/socket.io/` });
  }

  async start(): Promise<string> {
    this.#io.on('connection', (socket) => this.#open(socket));
    this.#flushing = setInterval(() => {
      for (const session of this.#sessions) this.#flush(session);
    }, FLUSH_MS);
    await new Promise<void>((resolve) => {
      this.#http.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}${this.#options.below ?? ''}`;
  }

  /** Cuts every connection, as a killed gateway does; clients come back by themselves. */
  cutConnections(): void {
    for (const { socket } of this.#sessions) socket.conn.close();
  }

  async stop(): Promise<void> {
    clearInterval(this.#flushing);
    await this.#io.close();
  }

  #open(socket: Socket): void {
    const user = parseUserId(socket.handshake.auth['token']);
    const session: Session = { user, socket, radiusMeters: DEFAULT_RADIUS_METERS, sent: undefined };
    this.#sessions.add(session);
    socket.on('disconnect', () => this.#sessions.delete(session));
    socket.on(RADIUS_SET, ({ meters }: { meters: number }, ack: (response: unknown) => void) => {
      session.radiusMeters = meters;
      ack({ ok: true });
    });
    socket.on(LOCATION_UPDATE, (payload: unknown, ack: (response: unknown) => void) => {
      if (this.#options.defect === 'acknowledges nothing') return;
      const { lat, lng } = positionSchema.parse(payload);
      const at = performance.now();
      this.#places.set(session.user, { lat, lng, at });
      if (this.#options.defect === 'acknowledges late') setTimeout(() => ack({ ok: true, at }), LATE_MS);
      else ack({ ok: true, at });
      if (session.sent !== undefined) return;
      session.sent = this.#list(session, new Map());
      const friends = [...session.sent.values()].sort((a, b) => a.distance - b.distance);
      if (this.#options.defect === 'does not sort the snapshot') friends.reverse();
      socket.emit(NEARBY_SNAPSHOT, { radiusMeters: session.radiusMeters, friends });
    });
  }

  #flush(session: Session): void {
    const { sent, socket } = session;
    if (sent === undefined) return;
    const { defect } = this.#options;
    const list = this.#list(session, sent);
    if (defect === 'ignores that the viewer moves' || defect === 'sends a friend’s first position only') {
      for (const [friend, entry] of sent) if (list.has(friend)) list.set(friend, entry);
    }
    if (defect === 'omits friends who come later') for (const id of list.keys()) if (!sent.has(id)) list.delete(id);
    const upserts = [...list.values()].filter((entry) => !isSame(entry, sent.get(entry.id)));
    const removed = [...sent.keys()].filter((friend) => !list.has(friend));
    session.sent = list;
    if (upserts.length + removed.length > 0) socket.emit(NEARBY_CHANGES, { upserts, removed });
  }

  #list({ user, radiusMeters }: Session, sent: ReadonlyMap<UserId, NearbyFriend>): Map<UserId, NearbyFriend> {
    const { friendships, ttlMs, defect } = this.#options;
    const own = this.#places.get(user);
    const list = new Map<UserId, NearbyFriend>();
    const seen = defect === 'lists strangers' ? this.#places.keys() : (friendships.get(user) ?? []);
    for (const friend of seen) {
      const place = this.#places.get(friend);
      if (own === undefined || place === undefined || friend === user) continue;
      if (defect !== 'keeps inactive friends' && performance.now() - place.at > ttlMs) continue;
      const distance = distanceMeters(own.lat, own.lng, place.lat, place.lng);
      const reach = radiusMeters * (sent.has(friend) ? LEAVE_RADIUS_FACTOR : 1);
      const sentDistance = defect === 'measures in miles' ? distance / 1_609.344 : distance;
      if (distance <= reach) list.set(friend, { ...place, id: friend, distance: sentDistance, precision: 'exact' });
    }
    return list;
  }
}

function isSame(a: NearbyFriend, b: NearbyFriend | undefined): boolean {
  return a.lat === b?.lat && a.lng === b.lng && a.distance === b.distance && a.at === b.at;
}
