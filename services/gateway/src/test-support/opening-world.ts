/** The parts that open sessions and apply rights, with a simulated Redis, friend-graph and location service. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  CodedError,
  DEFAULT_RADIUS_METERS,
  type FriendActive,
  type Grant,
  type GraphEpoch,
  type GraphEvent,
  graphEventCodec,
  inboxChannel,
  inboxMessageCodec,
  isGranted,
  isPaused,
  parseUserId,
  SHARING,
  type Sharing,
  type UserId,
} from '@nearby-friends/protocol';
import { noTracer, silentLogger } from '@nearby-friends/service-kit';
import type { ViewerRights } from '../friends/friend-directory.ts';
import { Inboxes } from '../friends/inboxes.ts';
import { REREAD_WINDOW_MS, RightsApplier } from '../graph-events/rights-applier.ts';
import { RadiusApplier } from '../sessions/radius-applier.ts';
import { SessionOpener } from '../sessions/session-opener.ts';
import type { Revocation } from '../viewer/revoked-token.ts';
import type { Session } from '../viewer/session.ts';
import { EXACT, inShort, NearbyWorld, north, type Viewer } from './nearby-world.ts';

/** What a backup of PostgreSQL holds. */
export interface Backup {
  readonly friendships: ReadonlyMap<UserId, readonly Friendship[]>;
  readonly sharing: ReadonlyMap<UserId, { sharing: Sharing; version: number }>;
  readonly grants: ReadonlyMap<string, Grant>;
  readonly withheld: ReadonlyMap<string, { shownFrom: number; exactFrom: number }>;
}

type Friendship = Omit<ViewerRights['friends'][number], 'sharing'>;

export class OpeningWorld {
  readonly nearby = new NearbyWorld();
  readonly inboxes: Inboxes;
  readonly opener: SessionOpener;
  readonly applier: RightsApplier;
  /** Those whom events reach. */
  readonly sessions = new Set<Session>();
  /** RPC requests and subscriptions, in order. */
  readonly log: string[] = [];
  friendships = new Map<UserId, readonly Friendship[]>();
  sharing = new Map<UserId, { sharing: Sharing; version: number }>();
  /** Of the database. */
  epoch: GraphEpoch = { id: 'first', began: 0 };
  /** What PostgreSQL holds of "viewer subject": the grant, also a hidden one, and which positions stay withheld. */
  #grants = new Map<string, Grant>();
  #withheld = new Map<string, { shownFrom: number; exactFrom: number }>();
  /** A time after that of every position received until now. */
  boundary = (): number => this.nearby.now() + 1;
  radiusMeters = DEFAULT_RADIUS_METERS;
  radiusVersion = 0;
  signedOutBefore: number | null = null;
  /** Runs after a request has been read; the response waits for it. */
  beforeResponse: (request: 'friends' | 'entry') => Promise<void> | void = () => undefined;
  /** How many requests to friend-graph get no response. */
  failures = 0;
  /** How far the stream was when events were missed last. */
  joinedAt = 0;
  #entryId = 0;

  constructor() {
    const { nearby, log } = this;
    const { board, clock, delivery, ledger, lists } = nearby;
    const { metrics } = nearby.metrics;
    this.inboxes = new Inboxes({
      subscriber: {
        subscribe: (channel, handler) => {
          log.push(`subscribe ${channel}`);
          return nearby.channels.subscribe(channel, handler);
        },
        unsubscribe: (channel) => nearby.channels.unsubscribe(channel),
      },
      onFriendActive: (session, message) => this.applier.friendActive(session, message),
      onViewed: () => undefined,
      metrics,
    });
    const revokeTokens = ({ credentials, transport }: Session, revocation: Revocation) => {
      credentials.revokeBefore(revocation);
      if (credentials.isRevoked()) transport.disconnect();
    };
    const radii = new RadiusApplier({ delivery });
    this.opener = new SessionOpener({
      inboxes: this.inboxes,
      directory: {
        friendsOf: async (viewer) => {
          log.push(`friends of ${viewer}`);
          if (this.failures-- > 0) throw new CodedError('unavailable', 'no response');
          const { epoch, radiusMeters, radiusVersion, signedOutBefore } = this;
          const friends = (this.friendships.get(viewer) ?? []).map((friendship) => ({
            ...friendship,
            sharing: this.sharing.get(friendship.subject) ?? null,
          }));
          await this.beforeResponse('friends');
          return { viewer, radiusMeters, radiusVersion, signedOutBefore, friends, epoch };
        },
        entryOf: async (user) => {
          log.push(`entry of ${user}`);
          const entry = nearby.entries.get(user) ?? null;
          await this.beforeResponse('entry');
          return entry;
        },
      },
      lists,
      delivery,
      ledger,
      board,
      sessions: { revokeTokens },
      acceptEpoch: (epoch) => this.applier.acceptEpoch(epoch),
      radii,
      metrics,
      tracer: noTracer,
      clock,
      logger: silentLogger,
    });
    this.applier = new RightsApplier({
      ledger,
      sessions: {
        all: () => this.sessions,
        of: (user) => [...this.sessions].filter((session) => session.user === user),
        revokeTokens,
      },
      board,
      lists,
      opener: this.opener,
      radii,
      hasFollowedFrom: ({ epoch, last }) => epoch === 'now' && Number(last) >= this.joinedAt,
      redisNow: () => nearby.now(),
      metrics,
      clock,
      logger: silentLogger,
    });
    // It has been following for long.
    clock.advance(REREAD_WINDOW_MS + 1);
  }

  /** Changes an edge in PostgreSQL; null: there is none any more. Returns the event, which the gateway has not received yet. */
  setEdge(viewer: string, subject: string, granted: Grant | null): GraphEvent {
    const version = this.nearby.nextVersion();
    const grant = this.#withTimes(`${viewer} ${subject}`, granted);
    const [viewerId, subjectId] = [parseUserId(viewer), parseUserId(subject)];
    const others = (this.friendships.get(viewerId) ?? []).filter((friend) => friend.subject !== subjectId);
    // As in friend-graph's response, without hidden ones.
    const isListed = grant !== null && grant.precision !== 'hidden';
    this.friendships.set(viewerId, isListed ? [...others, { subject: subjectId, grant, version }] : others);
    return { kind: 'edge', version, viewer: viewerId, subject: subjectId, grant };
  }

  setSharing(user: string, paused: boolean, until: number | null = null): GraphEvent {
    const subject = parseUserId(user);
    const before = this.sharing.get(subject)?.sharing ?? SHARING;
    const boundary = this.boundary();
    const shownFrom = paused && until !== null ? until : isPaused(before, boundary) ? boundary : before.shownFrom;
    const sharing = { paused, until, ...(shownFrom === undefined ? {} : { shownFrom }) };
    const stated = { sharing, version: this.nearby.nextVersion() };
    this.sharing.set(subject, stated);
    return { kind: 'sharing', subject, ...stated };
  }

  backUp(): Backup {
    const [friendships, sharing] = [new Map(this.friendships), new Map(this.sharing)];
    return { friendships, sharing, grants: new Map(this.#grants), withheld: new Map(this.#withheld) };
  }

  /** Friend-graph has noticed that PostgreSQL was restored. Returns the event. */
  restore(backup: Backup): GraphEvent {
    this.friendships = new Map(backup.friendships);
    this.sharing = new Map(backup.sharing);
    this.#grants = new Map(backup.grants);
    this.#withheld = new Map(backup.withheld);
    const version = this.nearby.nextVersion();
    this.epoch = { id: `restored-${version}`, began: this.boundary() };
    return { kind: 'epoch', version, epoch: this.epoch };
  }

  /** The grant as friend-graph states it: with the times before which positions stay withheld. */
  #withTimes(edge: string, granted: Grant | null): Grant | null {
    const ending = this.#grants.get(edge);
    if (granted) this.#grants.set(edge, granted);
    else this.#grants.delete(edge);
    const boundary = this.boundary();
    const isShown = ending === undefined || isGranted(ending, boundary);
    if (!isShown || (ending && ending.precision !== 'exact')) {
      const { shownFrom = 0 } = this.#withheld.get(edge) ?? {};
      this.#withheld.set(edge, { shownFrom: isShown ? shownFrom : boundary, exactFrom: boundary });
    }
    return granted && { ...granted, ...this.#withheld.get(edge) };
  }

  befriend(viewer: string, subject: string, grant: Grant = EXACT): void {
    this.setEdge(viewer, subject, grant);
  }

  unfriend(viewer: string, subject: string): void {
    this.setEdge(viewer, subject, null);
  }

  /** The events come over the stream, together. */
  hear(...events: readonly GraphEvent[]): void {
    this.applier.onEntries(
      events.map((event) => ({ id: `${++this.#entryId}-0`, payload: graphEventCodec.encode(event) })),
    );
  }

  /** The user has reported that place, and friend-graph's announcement has been heard or lost. */
  isActive(user: string, meters: number): void {
    this.nearby.entries.set(parseUserId(user), { at: this.nearby.now(), position: north(meters) });
  }

  /** A viewer who has opened a list, and is heard of by events. */
  async connect(name: string, meters = 0): Promise<Viewer> {
    const viewer = this.nearby.viewer(name, meters);
    Object.assign(viewer.session, { confirmedIn: null });
    this.sessions.add(viewer.session);
    viewer.transport.onDisconnect = () => this.end(viewer.session);
    await this.opener.open(viewer.session, Promise.resolve());
    return viewer;
  }

  /** Completes everything in progress, flushes, and returns what the viewer was sent. */
  async sent(viewer: Viewer): Promise<string[]> {
    for (let i = 0; i < 5; i++) await nextTurn();
    this.nearby.flush();
    return inShort(viewer.read());
  }

  /** Friend-graph announces a friend; what it read may be older than what it says now. */
  announce(
    viewer: string,
    friend: string,
    meters: number,
    {
      grant = EXACT,
      version = this.nearby.nextVersion(),
      asOf,
      graphEpoch,
      lifetimeMs,
    }: Partial<Pick<FriendActive, 'grant' | 'version' | 'asOf' | 'graphEpoch' | 'lifetimeMs'>> = {},
  ): void {
    const [subject, at] = [parseUserId(friend), this.nearby.now()];
    const message: FriendActive = {
      kind: 'friend-active',
      subject,
      grant,
      version,
      sharing: null,
      at,
      position: north(meters),
      lifetimeMs,
      asOf,
      graphEpoch,
    };
    this.nearby.channels.publish(inboxChannel(parseUserId(viewer)), inboxMessageCodec.encode(message));
  }

  /** As when a connection ends. */
  end(session: Session): void {
    session.close();
    this.sessions.delete(session);
    this.inboxes.leave(session);
    this.nearby.lists.removeAll(session);
  }
}
