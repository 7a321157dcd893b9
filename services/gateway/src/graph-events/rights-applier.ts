/** Applies the graph events to the sessions of this gateway. */
import type { StreamEnd, StreamEntry } from '@nearby-friends/bus';
import {
  type FriendActive,
  type GraphEpoch,
  type GraphEvent,
  graphEventCodec,
  isGranted,
  type UserId,
} from '@nearby-friends/protocol';
import type { Clock, Logger } from '@nearby-friends/service-kit';
import type { FriendBoard } from '../friends/friend-board.ts';
import type { FriendLists } from '../friends/friend-lists.ts';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { EdgeRight, RightsLedger } from '../rights/rights-ledger.ts';
import type { RadiusApplier } from '../sessions/radius-applier.ts';
import type { SessionOpener } from '../sessions/session-opener.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Session } from '../viewer/session.ts';
import type { SharingSlice } from '../viewer/slices.ts';
import { decodeBusMessage } from '../wire/decode-bus-message.ts';

/**
 * An announcement carries rights that were read up to 5 s before. For this long after events may have been missed, only an
 * announcement that was read after them is trusted. For any other the rights are read again, since a revocation may be
 * among the missed events.
 */
export const REREAD_WINDOW_MS = 15_000;

/**
 * Revocations apply synchronously: when `onEntries` returns, no position is sent that the entries forbid, and only then
 * does the follower report them as applied (G5). Asynchronous work only ever adds friends.
 */
export class RightsApplier {
  readonly #ledger: RightsLedger;
  readonly #sessions: Pick<Sessions, 'all' | 'of' | 'revokeTokens'>;
  readonly #board: FriendBoard;
  readonly #lists: FriendLists;
  readonly #opener: Pick<SessionOpener, 'admit' | 'reopen'>;
  readonly #hasFollowedFrom: (end: StreamEnd) => boolean;
  readonly #redisNow: () => number;
  readonly #metrics: GatewayMetrics;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #radii: RadiusApplier;
  readonly #rereading = new WeakSet<Session>();
  #missedAt: number;
  /** Whether the event of the present epoch was received; until then events of the one before may come. */
  #isEpochHeard = true;

  constructor(options: {
    ledger: RightsLedger;
    sessions: Pick<Sessions, 'all' | 'of' | 'revokeTokens'>;
    board: FriendBoard;
    lists: FriendLists;
    opener: Pick<SessionOpener, 'admit' | 'reopen'>;
    radii: RadiusApplier;
    /** Whether no event has been missed since the stream's end was `end`. */
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
    this.#opener = options.opener;
    this.#radii = options.radii;
    this.#hasFollowedFrom = options.hasFollowedFrom;
    this.#redisNow = options.redisNow;
    this.#metrics = options.metrics;
    this.#clock = options.clock;
    this.#logger = options.logger;
    // Events before the start of this process were missed as well, except those the stream retains.
    this.#missedAt = options.clock.now();
  }

  readonly onEntries = (entries: readonly StreamEntry[]): void => {
    const effects = entries.map(({ payload }) => this.#applyPayload(payload));
    if (effects.includes('missed')) this.onMissed();
    else if (effects.includes('reread')) this.#rereadAll();
  };

  readonly onMissed = (): void => {
    // The event of the epoch may be among the missed ones, so what was heard since may be of the epoch before.
    if (!this.#isEpochHeard && this.#ledger.epoch) this.#forgetPast(this.#ledger.epoch);
    this.#rereadAll();
  };

  /** Sends nothing to a session until its rights have been read again. */
  #rereadAll(): void {
    this.#ledger.startGeneration();
    this.#missedAt = this.#clock.now();
    this.#metrics.rightsMissed.inc();
    this.#logger.info({}, 're-reading all rights');
    for (const session of this.#sessions.all()) {
      // Sessions without a position read their rights when they open.
      if (session.own !== null) this.#inBackground(session, this.#reread(session));
    }
  }

  /**
   * Whether rights that were read in that epoch of the database count. A later one than is known here begins now, for its
   * event was missed or is under way.
   */
  acceptEpoch(epoch: GraphEpoch): boolean {
    const known = this.#ledger.epoch;
    if (known?.id === epoch.id) return true;
    if (known !== null && epoch.began < known.began) return false;
    // What was heard before may be of the epoch before, under higher versions, or newer than these rights.
    const isNothingHeard = known === null && this.#ledger.size === 0;
    this.#isEpochHeard = false;
    this.#forgetPast(epoch);
    if (isNothingHeard) return true;
    this.onMissed();
    return false;
  }

  /** Friend-graph has announced that a friend became active. */
  friendActive(session: Session, message: FriendActive): void {
    const { subject, grant, version, sharing, at, position, lifetimeMs, asOf, graphEpoch } = message;
    const isOfEpoch = graphEpoch === undefined || graphEpoch === this.#ledger.epoch?.id;
    const isTrusted =
      isOfEpoch &&
      (this.#clock.now() - this.#missedAt > REREAD_WINDOW_MS || (asOf !== undefined && this.#hasFollowedFrom(asOf)));
    const adding = isTrusted
      ? this.#lists.add(session, subject, { grant, version, sharing }, { at, position, lifetimeMs })
      : this.#opener.admit(session, subject);
    this.#inBackground(session, adding);
  }

  /** At most one re-read per session runs, however often events are missed meanwhile. */
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

  #applyPayload(payload: Buffer): 'applied' | 'reread' | 'missed' {
    const event = decodeBusMessage(graphEventCodec.decode, payload, this.#metrics);
    // It may be of another version of friend-graph and revoke a right, so no right is certain any more.
    if (!event) return 'missed';
    const isNews = this.#ledger.record(event);
    (isNews ? this.#metrics.rightsApplied : this.#metrics.rightsIgnored).inc({ kind: event.kind });
    if (isNews) this.#apply(event);
    return isNews && (event.kind === 'reread' || event.kind === 'epoch') ? 'reread' : 'applied';
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
        for (const session of this.#sessions.of(event.user)) this.#radii.apply(session, event);
        return;
      case 'signed-out':
        for (const session of this.#sessions.of(event.user)) {
          this.#sessions.revokeTokens(session, { before: event.before, erasedBefore: null });
        }
        return;
      case 'erased':
        this.#erase(event.user, event);
        return;
      case 'stopped':
        this.#board.stopSharing(event.user, event.before);
        for (const session of this.#sessions.of(event.user)) withdraw(session, event.before);
        return;
      case 'epoch':
        this.#isEpochHeard = true;
        this.#forgetPast(event.epoch);
        return;
      case 'reread':
        // `onEntries` starts it, once for all its entries.
        return;
    }
  }

  #forgetPast(epoch: GraphEpoch): void {
    this.#ledger.beginEpoch(epoch);
    this.#board.beginEpoch(epoch);
    for (const session of this.#sessions.all()) session.forgetRadiusVersion();
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
      this.#sessions.revokeTokens(session, { before, erasedBefore: before });
      for (const subject of session.watches.friends()) this.#lists.setRight(session, subject, gone);
    }
  }

  #inBackground(session: Session, work: Promise<void>): void {
    work.catch((error: unknown) => this.#logger.error({ error, session: session.id }, 'failed to apply a right'));
  }
}

/** What the session has reported until then is not recorded again. */
function withdraw(session: SharingSlice, before: number): void {
  session.stoppedAt = Math.max(session.stoppedAt, before);
}
