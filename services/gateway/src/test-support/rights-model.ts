/** Rights under every interleaving: a gateway, its friend-graph and the stream between them, with an oracle of what may be sent. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from '@jest/globals';
import {
  type Grant,
  type GraphEvent,
  inboxChannel,
  inboxMessageCodec,
  isGranted,
  isPaused,
  parseUserId,
  SHARING,
  type Sharing,
  type UserId,
} from '@nearby-friends/protocol';
import { REREAD_WINDOW_MS } from '../graph-events/rights-applier.ts';
import { north, type Viewer } from './nearby-world.ts';
import { type Backup, OpeningWorld } from './opening-world.ts';
import { type Held, RightsHistory } from './rights-history.ts';
import { FRIENDS, type RightsStep, VIEWERS } from './rights-steps.ts';

export const RADIUS_METERS = 5_000;
/** A wheel tick and its rounding, and a flush. */
export const NOTICED_WITHIN_MS = 750;
const TICK_MS = 25;

type Truth = Map<string, { grant: Grant | null; version: number }>;

/** What PostgreSQL says, what the stream holds, and what this gateway is bound to. */
export class RightsModel {
  readonly world = new OpeningWorld();
  readonly viewers = new Map<string, Viewer>();
  /** Written, in order; those before `heard` have been applied or made up for. */
  readonly stream: GraphEvent[] = [];
  heard = 0;
  /** The newest grant and pause the gateway has received, by which it is bound. */
  readonly grants = new Map<string, Grant | null>();
  readonly pauses = new Map<string, Sharing>();
  truth: Truth = new Map();
  #backup: { readonly world: Backup; readonly truth: Truth } | null = null;
  /** The truth that the event of an epoch brought back, and its pauses. */
  readonly #restored = new Map<GraphEvent, { readonly truth: Truth; readonly pauses: Map<string, Sharing> }>();
  readonly #responses: (() => void)[] = [];
  readonly #announcements: { readonly readAt: number; readonly publish: () => void }[] = [];
  #areResponsesHeld = false;
  #reportedAt = 0;
  deliveries = 0;
  /** Metres north of the viewers. */
  readonly places = new Map<string, number>();
  readonly #history = new RightsHistory();

  constructor() {
    this.world.beforeResponse = () => {
      return this.#areResponsesHeld ? new Promise<void>((resolve) => this.#responses.push(resolve)) : undefined;
    };
    this.world.radiusMeters = RADIUS_METERS;
    this.world.boundary = () => this.#reportedAt + 1;
    for (const name of FRIENDS) {
      for (const viewerName of VIEWERS) this.#setEdge(viewerName, name, { precision: 'exact', until: null });
      this.#report(name, 500);
    }
    this.hear(this.stream.length);
    for (const name of VIEWERS) this.#connect(name);
  }

  async take(action: RightsStep): Promise<void> {
    const { nearby } = this.world;
    switch (action.do) {
      case 'set edge': {
        const { precision } = action;
        const until = action.untilMs === null ? null : nearby.now() + action.untilMs;
        const grant = precision === null ? null : { precision, until };
        this.#setEdge(action.viewer, action.friend, grant);
        break;
      }
      case 'set sharing': {
        this.#passReports();
        const until = action.untilMs === null ? null : nearby.now() + action.untilMs;
        const sharing = { paused: action.paused, until };
        this.#history.addPause(action.friend, { ...this.#next(), value: sharing });
        this.stream.push(this.world.setSharing(action.friend, action.paused, until));
        break;
      }
      case 'report':
        this.#report(action.friend, action.meters);
        break;
      case 'hear':
        this.hear(action.count);
        break;
      case 'hear again': {
        // Events of an earlier epoch come again only before the event that ended it.
        const first = this.stream.slice(0, this.heard).findLastIndex(({ kind }) => kind === 'epoch');
        const event = this.stream[Math.max(0, first, this.heard - 1 - action.back)];
        if (event && this.heard > 0) this.world.hear(event);
        break;
      }
      case 'read an announcement':
        this.#readAnnouncement(parseUserId(action.viewer), parseUserId(action.friend));
        break;
      case 'announce':
        this.#announce();
        break;
      case 'reopen':
        this.world.opener.reopen(this.viewer(action.viewer).session).catch(() => undefined);
        break;
      case 'respond':
        this.#responses.splice(action.which % Math.max(1, this.#responses.length), 1)[0]?.();
        break;
      case 'hold responses':
        this.#areResponsesHeld = action.areHeld;
        if (!action.areHeld) for (const respond of this.#responses.splice(0)) respond();
        break;
      case 'reconnect':
        this.world.end(this.viewer(action.viewer).session);
        this.#connect(action.viewer);
        break;
      case 'lose the stream':
        // Events that were not received are lost; PostgreSQL holds their outcome.
        for (const event of this.stream.slice(this.heard)) this.bind(event);
        this.heard = this.stream.length;
        this.world.joinedAt = this.heard;
        this.world.applier.onMissed();
        break;
      case 'back up':
        this.#backup = { world: this.world.backUp(), truth: new Map(this.truth) };
        break;
      case 'restore':
        this.#restore();
        break;
      case 'fence':
        nearby.areRightsCurrent = action.isCurrent;
        break;
      case 'time passes':
        this.#pass(action.ms);
        break;
    }
    for (let i = 0; i < 3; i++) await nextTurn();
  }

  /** All that is under way comes to its end. */
  async settle(): Promise<void> {
    this.world.nearby.areRightsCurrent = true;
    this.hear(this.stream.length);
    this.#areResponsesHeld = false;
    for (const respond of this.#responses.splice(0)) respond();
    // Several times: a response from before a restored database is requested again after a pause, which grows.
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 40; i++) await nextTurn();
      this.#pass(1_000);
    }
  }

  hear(count: number): void {
    const events = this.stream.slice(this.heard, this.heard + count);
    this.heard += events.length;
    if (events.length > 0) this.world.hear(...events);
    for (const event of events) this.bind(event);
  }

  bind(event: GraphEvent): void {
    if (event.kind === 'edge') this.grants.set(`${event.viewer} ${event.subject}`, event.grant);
    if (event.kind === 'sharing') this.pauses.set(event.subject, event.sharing);
    const restored = this.#restored.get(event);
    if (!restored) return;
    this.grants.clear();
    this.pauses.clear();
    for (const [edge, { grant }] of restored.truth) this.grants.set(edge, grant);
    for (const [subject, sharing] of restored.pauses) this.pauses.set(subject, sharing);
  }

  viewer(name: string): Viewer {
    const found = this.viewers.get(name);
    if (!found) throw new Error('no such viewer');
    return found;
  }

  #setEdge(viewerName: string, subject: string, grant: Grant | null): void {
    this.#passReports();
    this.#history.addGrant(`${viewerName} ${subject}`, { ...this.#next(), value: grant });
    const event = this.world.setEdge(viewerName, subject, grant);
    if (event.kind !== 'edge') throw new Error('not an edge');
    this.truth.set(`${viewerName} ${subject}`, { grant: event.grant, version: event.version });
    this.stream.push(event);
  }

  #restore(): void {
    if (this.#backup === null) return;
    this.#passReports();
    const { world, truth } = this.#backup;
    this.truth = new Map(truth);
    const pauses = new Map([...world.sharing].map(([subject, { sharing }]) => [subject as string, sharing]));
    this.#history.restore(this.#next(), (edge) => truth.get(edge)?.grant ?? null, pauses);
    const event = this.world.restore(world);
    this.#restored.set(event, { truth: this.truth, pauses });
    this.truth = new Map(truth);
    this.stream.push(event);
  }

  /** No position gets a time of the past, as the boundary of a change includes a margin. */
  #passReports(): void {
    this.#reportedAt = Math.max(this.world.nearby.now(), this.#reportedAt);
  }

  #report(name: string, meters: number): void {
    const { nearby } = this.world;
    this.places.set(name, meters);
    this.#reportedAt = Math.max(nearby.now(), this.#reportedAt + 1);
    nearby.report(name, meters, this.#reportedAt);
    nearby.entries.set(parseUserId(name), { at: this.#reportedAt, position: north(meters) });
  }

  /** Tick by tick, since what is allowed changes while time passes. */
  #pass(ms: number): void {
    for (let left = ms; left > 0; left -= TICK_MS) {
      this.world.nearby.clock.advance(Math.min(TICK_MS, left));
      for (const name of VIEWERS) this.#check(name);
    }
  }

  /**
   * Whether a response, an announcement or an event was the newest source does not matter: a delivery must be allowed by
   * what PostgreSQL has held since the newest event that was received. Until an event is received both states count.
   */
  #check(name: string): void {
    const { nearby } = this.world;
    const { read } = this.viewer(name);
    for (const { event, message } of read()) {
      expect(nearby.areRightsCurrent).toBe(true);
      if (event !== 'nearby:snapshot' && event !== 'nearby:changes') continue;
      for (const friend of event === 'nearby:snapshot' ? message.friends : message.upserts) {
        this.deliveries++;
        // It was sent within the tick that has just passed.
        const isAllowed = [nearby.now(), nearby.now() - TICK_MS].some((ms) =>
          this.#saidSinceHeard(name, friend.id).some(
            ({ grant, sharing }) =>
              isGranted(grant, ms) &&
              (grant.precision === 'exact' || friend.precision === 'approximate') &&
              !isPaused(sharing, ms),
          ),
        );
        expect(isAllowed).toBe(true);
        // Approximate friends are shown with a time of their schedule; what counts is when the position was received.
        const received = nearby.board.get(friend.id)?.latest?.at ?? friend.at;
        const at = friend.precision === 'approximate' ? received : friend.at;
        expect(this.#history.wasWithheld(name, { ...friend, at }, this.heard)).toBe(false);
        const epoch = this.stream.slice(0, this.heard).findLast(({ kind }) => kind === 'epoch');
        if (epoch?.kind === 'epoch') expect(at).toBeGreaterThanOrEqual(epoch.epoch.began);
      }
    }
  }

  /** A change that is made now: its event, and the positions it concerns. */
  #next(): Omit<Held<unknown>, 'value'> {
    return { from: this.world.boundary(), event: this.stream.length };
  }

  #saidSinceHeard(name: string, subject: UserId): { grant: Grant; sharing: Sharing }[] {
    const unheard = this.stream.slice(this.heard);
    const grants = [this.grants.get(`${name} ${subject}`)];
    const sharings = [this.pauses.get(subject) ?? SHARING];
    for (const event of unheard) {
      if (event.kind === 'edge' && event.viewer === name && event.subject === subject) grants.push(event.grant);
      if (event.kind === 'sharing' && event.subject === subject) sharings.push(event.sharing);
      const restored = this.#restored.get(event);
      if (!restored) continue;
      grants.push(restored.truth.get(`${name} ${subject}`)?.grant ?? null);
      sharings.push(restored.pauses.get(subject) ?? SHARING);
    }
    return grants.flatMap((grant) => (grant ? sharings.map((sharing) => ({ grant, sharing })) : []));
  }

  #readAnnouncement(viewerId: UserId, subject: UserId): void {
    const { nearby } = this.world;
    const right = this.truth.get(`${viewerId} ${subject}`);
    const entry = nearby.entries.get(subject);
    if (!right?.grant || right.grant.precision === 'hidden' || !entry) return;
    const { grant, version } = right;
    const sharing = this.world.sharing.get(subject) ?? null;
    const asOf = { epoch: 'now', last: String(this.stream.length) };
    const graphEpoch = this.world.epoch.id;
    const message = { kind: 'friend-active', subject, grant, version, sharing, ...entry, asOf, graphEpoch } as const;
    const bytes = inboxMessageCodec.encode(message);
    const publish = () => void nearby.channels.publish(inboxChannel(viewerId), bytes);
    this.#announcements.push({ readAt: nearby.now(), publish });
  }

  /** They are not held up for long, but may have been read before a loss and come after it. */
  #announce(): void {
    const next = this.#announcements.shift();
    if (next && this.world.nearby.now() - next.readAt < REREAD_WINDOW_MS) next.publish();
  }

  #connect(name: string): void {
    const connected = this.world.nearby.viewer(name, 0, { radiusMeters: RADIUS_METERS });
    Object.assign(connected.session, { confirmedIn: null });
    this.viewers.set(name, connected);
    this.world.sessions.add(connected.session);
    this.world.opener.open(connected.session, Promise.resolve()).catch(() => undefined);
  }
}
