/** Reads, right before an alert is sent, whether it may be sent. */
import type { Rpc } from '@nearby-friends/bus';
import { distanceMeters } from '@nearby-friends/geo';
import {
  alertSettingsOf,
  decodePositionRecord,
  friendsOf,
  nameForNotice,
  namesOf,
  readActive,
  readEdges,
  type UserId,
} from '@nearby-friends/protocol';
import { type Preparation, type RightsWatch, visiblePosition } from '@nearby-friends/visibility';
import type { AlertDecisions } from '../pairs/alert-decisions.ts';
import type { AlertKind } from './alert-text.ts';
import { isQuiet } from './is-quiet.ts';

/** An alert that was decided: of a friend who is near, or of a notice of friend-graph. */
export type DueAlert =
  | { readonly kind: 'near'; readonly viewer: UserId; readonly about: UserId }
  | {
      readonly kind: 'requested' | 'accepted';
      readonly viewer: UserId;
      readonly about: UserId;
      readonly noticeId: string;
    };

export interface AlertContent {
  readonly kind: AlertKind;
  readonly name: string;
}

/** Leaves near at this distance, m: rule P2. */
export function leaveRadius(radiusMeters: number): number {
  return radiusMeters + Math.max(0.1 * radiusMeters, 100);
}

export class AlertPreparation {
  readonly #rpc: Pick<Rpc, 'call'>;
  readonly #rights: Pick<RightsWatch, 'begin' | 'end'>;
  readonly #areRightsCurrent: () => boolean;
  readonly #decisions: Pick<AlertDecisions, 'isPageVisible'>;
  readonly #ttlMs: number;
  readonly #redisNow: () => number;

  constructor(options: {
    rpc: Pick<Rpc, 'call'>;
    rights: Pick<RightsWatch, 'begin' | 'end'>;
    areRightsCurrent: () => boolean;
    decisions: Pick<AlertDecisions, 'isPageVisible'>;
    ttlMs: number;
    redisNow: () => number;
  }) {
    this.#rpc = options.rpc;
    this.#rights = options.rights;
    this.#areRightsCurrent = options.areRightsCurrent;
    this.#decisions = options.decisions;
    this.#ttlMs = options.ttlMs;
    this.#redisNow = options.redisNow;
  }

  /**
   * Calls `use` with the content, if the alert may be sent, and with a function that says whether that is still so: ask it right
   * before sending. Null: it may not. What is read after `begin` and not outdated by an event is what friend-graph waits for (G5).
   */
  async whileAllowed<T>(
    due: DueAlert,
    use: (content: AlertContent, isStillAllowed: () => boolean) => Promise<T>,
  ): Promise<T | null> {
    const preparation = this.#rights.begin(due.viewer);
    preparation.subjects = new Set([due.about]);
    try {
      const content = await this.#contentOf(due);
      if (content === null) return null;
      return await use(content, () => this.#isCurrent(preparation));
    } finally {
      this.#rights.end(preparation);
    }
  }

  #isCurrent(preparation: Preparation): boolean {
    return !preparation.isOutdated && this.#areRightsCurrent();
  }

  async #contentOf(due: DueAlert): Promise<AlertContent | null> {
    const { viewer, about } = due;
    const [{ chosen }, isPageVisible] = await Promise.all([
      this.#rpc.call(alertSettingsOf, { users: [viewer] }),
      this.#decisions.isPageVisible(viewer),
    ]);
    const [settings] = chosen;
    if (!settings || isPageVisible || isQuiet(settings.quiet, this.#redisNow())) return null;
    if (due.kind !== 'near') {
      const { displayName } = await this.#rpc.call(nameForNotice, { id: due.noticeId });
      return displayName === null ? null : { kind: due.kind, name: displayName };
    }
    if (settings.muted.includes(about)) return null;
    const kind = await this.#nearness(viewer, about, leaveRadius(settings.radiusMeters));
    if (kind === null) return null;
    const { names } = await this.#rpc.call(namesOf, { viewer, friends: [about] });
    const name = names[0]?.displayName;
    return name === undefined ? null : { kind, name };
  }

  async #nearness(viewer: UserId, subject: UserId, radiusMeters: number): Promise<'near' | 'in-area' | null> {
    const [{ viewers, epoch }, entries] = await Promise.all([
      this.#rpc.call(friendsOf, { viewers: [viewer] }),
      this.#rpc.call(readActive, { users: [viewer, subject] }),
    ]);
    const records = new Map(entries.map(({ user, entry }) => [user, decodePositionRecord(entry)]));
    const own = records.get(viewer);
    const rights = viewers[0];
    const edge = rights && readEdges(rights.edges, rights.withheld).find((one) => one.subject === subject);
    const now = this.#redisNow();
    if (!own || !edge || own.at + (own.lifetimeMs ?? this.#ttlMs) <= now) return null;
    const seen = visiblePosition(edge, records.get(subject) ?? null, {
      now,
      ttlMs: this.#ttlMs,
      epochBegan: epoch?.began,
    });
    if (seen === null) return null;
    const { lat, lng } = own.position;
    if (distanceMeters(lat, lng, seen.position.lat, seen.position.lng) > radiusMeters) return null;
    return seen.isExact ? 'near' : 'in-area';
  }
}
