/** Makes the changes of who may see whom take effect here, as they come from the stream of graph events. */
import type { StreamEnd, StreamEntry } from '@nearby-friends/bus';
import { type FriendActive, type GraphEvent, graphEventCodec, isGranted, type UserId } from '@nearby-friends/protocol';
import type { Clock, Logger } from '@nearby-friends/service-kit';
import type { NearbyDelivery } from '../delivery/nearby-delivery.ts';
import type { FriendBoard } from '../friends/friend-board.ts';
import type { FriendLists } from '../friends/friend-lists.ts';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { EdgeRight, RightsLedger } from '../rights/rights-ledger.ts';
import type { SessionOpener } from '../sessions/session-opener.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Session } from '../viewer/session.ts';
import { decodeBusMessage } from '../wire/decode-bus-message.ts';

/**
 * An announcement carries rights that were read up to 5 s before. Within this time after events may have been missed, one
 * that cannot have been read before them is taken at its word. What another says is asked for anew: the event that took
 * the right away may be among those missed.
 */
export const REREAD_WINDOW_MS = 15_000;

/**
 * Everything here is synchronous: when `onEntries` returns, no position is sent any more that the entries forbid, and
 * only then does the follower report them as applied (G5). What takes time, as finding out whether a new friend is
 * active, only ever adds.
 */
export class RightsApplier {
  readonly #ledger: RightsLedger;
  readonly #sessions: Pick<Sessions, 'all' | 'of' | 'callBack'>;
  readonly #board: FriendBoard;
  readonly #lists: FriendLists;
  readonly #delivery: NearbyDelivery;
  readonly #opener: Pick<SessionOpener, 'admit' | 'reopen'>;
  readonly #hasFollowedFrom: (end: StreamEnd) => boolean;
  readonly #redisNow: () => number;
  readonly #metrics: GatewayMetrics;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #rereading = new WeakSet<Session>();
  #missedAt: number;

  constructor(options: {
    ledger: RightsLedger;
    sessions: Pick<Sessions, 'all' | 'of' | 'callBack'>;
    board: FriendBoard;
    lists: FriendLists;
    delivery: NearbyDelivery;
    opener: Pick<SessionOpener, 'admit' | 'reopen'>;
    /** Whether no event has been missed since the stream ended there. */
    hasFollowedFrom: (end: StreamEnd) => boolean;
    redisNow: () => number;
    metrics: GatewayMetrics;
    clock: Clock;
    logger: Logger;
  }) {
    this.#ledger = options.ledger;
    this.#sessions = options.sessions;
    this.#board = options.board;
    this.#lists = options.lists;
    this.#delivery = options.delivery;
    this.#opener = options.opener;
    this.#hasFollowedFrom = options.hasFollowedFrom;
    this.#redisNow = options.redisNow;
    this.#metrics = options.metrics;
    this.#clock = options.clock;
    this.#logger = options.logger;
    // What was said before this process began was missed as well, as far as the stream does not retain it.
    this.#missedAt = options.clock.now();
  }

  readonly onEntries = (entries: readonly StreamEntry[]): void => {
    let mustReread = false;
    for (const { payload } of entries) mustReread = this.#applyPayload(payload) || mustReread;
    if (mustReread) this.onMissed();
  };

  /** Nothing is sent to anybody until that session's rights have been read anew. */
  readonly onMissed = (): void => {
    this.#ledger.missed();
    this.#missedAt = this.#clock.now();
    this.#metrics.rightsMissed.inc();
    this.#logger.info({}, 'reading all rights anew');
    for (const session of this.#sessions.all()) {
      // The others read theirs with their first position.
      if (session.own !== null) this.#inBackground(session, this.#reread(session));
    }
  };

  /** A friend has become active, says friend-graph. */
  friendActive(session: Session, { subject, grant, version, sharing, at, position, asOf }: FriendActive): void {
    const isTrusted =
      this.#clock.now() - this.#missedAt > REREAD_WINDOW_MS || (asOf !== undefined && this.#hasFollowedFrom(asOf));
    const adding = isTrusted
      ? this.#lists.add(session, subject, { grant, version, sharing }, { at, position })
      : this.#opener.admit(session, subject);
    this.#inBackground(session, adding);
  }

  /** One at a time for each session, however often events are missed meanwhile. */
  async #reread(session: Session): Promise<void> {
    if (this.#rereading.has(session)) return;
    this.#rereading.add(session);
    try {
      do await this.#opener.reopen(session);
      while (!session.isClosed && session.confirmedIn !== this.#ledger.generation);
    } finally {
      this.#rereading.delete(session);
    }
  }

  /** Returns whether everything has to be read anew. */
  #applyPayload(payload: Buffer): boolean {
    const event = decodeBusMessage(graphEventCodec.decode, payload, this.#metrics);
    // Another version of friend-graph may have said it. It may have narrowed a right, so nothing counts any more.
    if (!event) return true;
    const isNews = this.#ledger.record(event);
    (isNews ? this.#metrics.rightsApplied : this.#metrics.rightsIgnored).inc({ kind: event.kind });
    if (isNews) this.#apply(event);
    return isNews && event.kind === 'reread';
  }

  #apply(event: GraphEvent): void {
    switch (event.kind) {
      case 'edge':
        for (const session of this.#sessions.of(event.viewer)) this.#applyEdge(session, event.subject, event);
        return;
      case 'sharing':
        this.#board.setSharing(event.subject, event);
        return;
      case 'radius':
        for (const session of this.#sessions.of(event.user)) this.#delivery.setRadius(session, event);
        return;
      case 'signed-out':
        for (const session of this.#sessions.of(event.user)) this.#sessions.callBack(session, event.before);
        return;
      case 'erased':
        this.#erase(event.user, event);
        return;
      case 'reread':
        // Once for all the entries that came together.
        return;
    }
  }

  #applyEdge(session: Session, subject: UserId, right: EdgeRight): void {
    if (session.watches.has(subject)) this.#lists.setRight(session, subject, right);
    else if (right.grant !== null && isGranted(right.grant, this.#redisNow()) && session.own !== null) {
      this.#inBackground(session, this.#opener.admit(session, subject));
    }
  }

  #erase(user: UserId, { version, before }: { version: number; before: number }): void {
    const gone: EdgeRight = { grant: null, version };
    for (const { session } of [...(this.#board.get(user)?.watches ?? [])]) this.#lists.setRight(session, user, gone);
    for (const session of this.#sessions.of(user)) {
      this.#sessions.callBack(session, before);
      for (const subject of session.watches.friends()) this.#lists.setRight(session, subject, gone);
    }
  }

  #inBackground(session: Session, work: Promise<void>): void {
    work.catch((error: unknown) => this.#logger.error({ error, session: session.id }, 'applying a right failed'));
  }
}
