/** A gateway from channel to transport, with manual clocks and a simulated environment. */
import { EARTH_RADIUS_METERS } from '@nearby-friends/geo';
import { type Grant, type PositionRecord, parseUserId, type Sharing, type UserId } from '@nearby-friends/protocol';
import { ManualClock, silentLogger } from '@nearby-friends/service-kit';
import { NearbyDelivery } from '../delivery/nearby-delivery.ts';
import { FriendBoard } from '../friends/friend-board.ts';
import { FriendChannels } from '../friends/friend-channels.ts';
import { FriendLists } from '../friends/friend-lists.ts';
import { RightsLedger } from '../rights/rights-ledger.ts';
import { RadiusApplier } from '../sessions/radius-applier.ts';
import type { Session, Watch } from '../viewer/session.ts';
import { ChannelsInMemory } from './channels-in-memory.ts';
import { ClientList } from './client-list.ts';
import { type Frame, type TestTransport, testMetrics, testSession } from './test-session.ts';

export const FLUSH_INTERVAL_MS = 250;
export const TTL_MS = 600_000;
export const EXACT: Grant = { precision: 'exact', until: null };
export const HIDDEN: Grant = { precision: 'hidden', until: null };
export const APPROXIMATE: Grant = { precision: 'approximate', until: null };

/** Degrees of latitude per metre: due north, a great circle's length is exactly this. */
export const DEGREES_PER_METER = 180 / (Math.PI * EARTH_RADIUS_METERS);

export interface Viewer {
  readonly session: Session;
  readonly transport: TestTransport;
  readonly list: ClientList;
  /** Applies what was sent since the last call and returns it. */
  read(): Frame[];
}

/** A position `meters` north of 0, 0. */
export function north(meters: number): { lat: number; lng: number } {
  return { lat: meters * DEGREES_PER_METER, lng: 0 };
}

export class NearbyWorld {
  readonly clock = new ManualClock();
  readonly channels = new ChannelsInMemory();
  readonly metrics = testMetrics();
  /** How far Redis' clock is ahead of the manual one, ms. */
  redisLead = 0;
  /** The entries of the location service. */
  readonly entries = new Map<UserId, PositionRecord>();
  readEntryFails = false;
  /** Whether the follower of the graph events is current. */
  areRightsCurrent = true;
  readonly ledger = new RightsLedger({ clock: this.clock });
  readonly delivery: NearbyDelivery;
  readonly board: FriendBoard;
  readonly friendChannels: FriendChannels;
  readonly lists: FriendLists;
  #lastReportAt = 0;
  #version = 0;

  constructor(options: { ttlMs?: number } = {}) {
    const { clock, metrics } = this;
    const redisNow = () => this.now();
    this.delivery = new NearbyDelivery({
      clock,
      redisNow,
      metrics: metrics.metrics,
      flushIntervalMs: FLUSH_INTERVAL_MS,
      areRightsCurrent: () => this.areRightsCurrent,
      ledger: this.ledger,
      logger: silentLogger,
    });
    this.board = new FriendBoard({
      ttlMs: options.ttlMs ?? TTL_MS,
      redisNow,
      clock,
      delivery: this.delivery,
      onExpired: (subject) => this.lists.confirmExpiry(subject),
      onGrantEnded: ({ session, subject }) => this.lists.remove(session, subject.user),
    });
    this.friendChannels = new FriendChannels({
      subscriber: this.channels,
      board: this.board,
      directory: { entryOf: async (user) => this.entries.get(user) ?? null },
      metrics: metrics.metrics,
      clock,
      logger: silentLogger,
    });
    this.lists = new FriendLists({
      board: this.board,
      channels: this.friendChannels,
      delivery: this.delivery,
      ledger: this.ledger,
      redisNow,
      directory: {
        entryOf: async (user) => {
          if (this.readEntryFails) throw new Error('no response');
          return this.entries.get(user) ?? null;
        },
      },
      clock,
    });
    this.board.start();
    this.delivery.start();
  }

  /** Redis' time, ms. */
  now(): number {
    return this.clock.now() + this.redisLead;
  }

  /** A viewer who stands `meters` north of 0, 0 and holds no list yet. */
  viewer(name: string, meters: number, options: { radiusMeters?: number; measuresDistances?: boolean } = {}): Viewer {
    const { measuresDistances = false } = options;
    const { session, transport } = testSession({ user: parseUserId(name), measuresDistances });
    if (options.radiusMeters !== undefined) session.setRadius(options.radiusMeters, 0);
    const { lat, lng } = north(meters);
    session.move({ lat, lng }, this.now());
    Object.assign(session, { confirmedIn: this.ledger.generation });
    const list = new ClientList();
    const read = () => {
      const frames = transport.takeFrames();
      for (const frame of frames) list.apply(frame);
      return frames;
    };
    return { session, transport, list, read };
  }

  /** The viewer receives its list from now on. */
  open(session: Session): void {
    session.goLive();
    this.delivery.requestSnapshot(session);
  }

  /** The next version of friend-graph's, greater than all before. */
  nextVersion(): number {
    return ++this.#version;
  }

  /** Says what the viewer may see from now on. */
  grant(session: Session, friend: string, grant: Grant, known: PositionRecord | null = null): void {
    const stated = { grant, version: this.nextVersion(), sharing: null };
    this.lists.add(session, parseUserId(friend), stated, known).catch(() => undefined);
  }

  watch(session: Session, friend: string, grant: Grant = EXACT): Watch {
    this.grant(session, friend, grant);
    const watch = session.watches.get(parseUserId(friend));
    if (!watch) throw new Error('the friend is not watched');
    return watch;
  }

  /** The friend pauses or resumes. */
  share(friend: string, sharing: Sharing): void {
    this.board.setSharing(parseUserId(friend), { sharing, version: this.nextVersion() });
  }

  setRadius(session: Session, radiusMeters: number): void {
    new RadiusApplier({ delivery: this.delivery }).apply(session, { radiusMeters, version: this.nextVersion() });
  }

  unwatch(session: Session, friend: string): void {
    this.lists.remove(session, parseUserId(friend));
  }

  /** The friend's position comes in over the channel; each later than the one before, as the location service has it. */
  report(friend: string, meters: number, at = Math.max(this.now(), this.#lastReportAt + 1)): void {
    this.#lastReportAt = at;
    this.board.apply(parseUserId(friend), { at, position: north(meters) });
  }

  move(session: Session, meters: number): void {
    const { lat, lng } = north(meters);
    session.move({ lat, lng }, this.now());
    this.delivery.considerAllWatches(session);
  }

  /** Every session has been flushed once. */
  flush(): void {
    this.clock.advance(FLUSH_INTERVAL_MS);
  }
}

/** What a message says, in short: `+ann@120` (rounded metres), `-ben`, `[ann@120]` for a snapshot. */
export function inShort(frames: readonly Frame[]): string[] {
  return frames.map(({ event, message }) => {
    const named = (friends: readonly { id: UserId; distance: number }[]) =>
      friends.map(({ id, distance }) => `${id}@${Math.round(distance)}`);
    switch (event) {
      case 'nearby:snapshot':
        return `[${named(message.friends).join(' ')}]`;
      case 'nearby:changes':
        return [...named(message.upserts).map((text) => `+${text}`), ...message.removed.map((id) => `-${id}`)].join(
          ' ',
        );
      default:
        return event;
    }
  });
}
