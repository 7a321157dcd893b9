/** Follows reports from the moment they were due to the lists they appear in, all on one clock. */
import type { NearbyFriend, UserId } from '@nearby-friends/protocol';
import { type Durations, Timings } from '../measure/timings.ts';

export interface DeliveryFigures {
  /**
   * From the time a report was due to its appearance in the list of a viewer who had that friend listed before. A
   * conflated update counts until the newer one appears, so that delays anywhere are visible here.
   */
  readonly deliveryMs: Durations;
  /**
   * Age of what viewers see: the time since the shown update was due, sampled repeatedly over every friend in every list
   * who is moving and whose phone is reporting.
   */
  readonly freshnessMs: Durations;
  /** The same of friends at rest, who report less often. */
  readonly restingFreshnessMs: Durations;
  /** Entries of lists that no report of this run explains: of friends outside of it, or grid points. */
  readonly unexplained: number;
}

export interface DueUpdate {
  readonly lat: number;
  readonly lng: number;
  /** ms of the run's clock. */
  readonly dueAt: number;
  /** Whether its sender is under way, and so will report again soon. */
  readonly isMoving: boolean;
}

/** A friend at rest reports twice a minute, so this holds all that a list may still show. */
const KEPT_UPDATES = 64;

/** Reports are known again by their coordinates, which the server passes on to the last digit. */
export class DeliveryTimes {
  readonly #delivery = new Timings();
  readonly #freshness = new Timings();
  readonly #restingFreshness = new Timings();
  /** Of each user the last reports, oldest first. */
  readonly #reports = new Map<UserId, DueUpdate[]>();
  readonly #inactive = new Set<UserId>();
  /** What each viewer is shown: of each friend, when the report on show was due. */
  readonly #shown = new Map<UserId, Map<UserId, number>>();
  #unexplained = 0;

  /** A report is due, whether it can be sent or not. */
  updateDue(user: UserId, report: DueUpdate): void {
    this.#inactive.delete(user);
    const reports = this.#reports.get(user);
    if (reports === undefined) this.#reports.set(user, [report]);
    else if (reports.push(report) > KEPT_UPDATES) reports.shift();
  }

  /** The user reports no more until the next `updateDue`; meanwhile what is seen of them may age. */
  becameInactive(user: UserId): void {
    this.#inactive.add(user);
  }

  /** The viewer shows no list from now on. */
  viewerLeft(viewer: UserId): void {
    this.#shown.delete(viewer);
  }

  /** The viewer's whole list. */
  listShown(viewer: UserId, friends: readonly NearbyFriend[], now: number): void {
    const before = this.#shown.get(viewer);
    const shown = new Map<UserId, number>();
    for (const friend of friends) {
      const dueAt = this.#appeared(friend, before?.get(friend.id), now);
      if (dueAt !== undefined) shown.set(friend.id, dueAt);
    }
    this.#shown.set(viewer, shown);
  }

  listChanged(
    viewer: UserId,
    { upserts, removed }: { upserts: readonly NearbyFriend[]; removed: readonly UserId[] },
    now: number,
  ): void {
    const shown = this.#shown.get(viewer);
    for (const friend of upserts) {
      const dueAt = this.#appeared(friend, shown?.get(friend.id), now);
      if (dueAt !== undefined) shown?.set(friend.id, dueAt);
    }
    for (const friend of removed) shown?.delete(friend);
  }

  /** Samples all lists. */
  sampleFreshness(now: number): void {
    for (const shown of this.#shown.values()) {
      for (const [friend, dueAt] of shown) {
        if (this.#inactive.has(friend)) continue;
        const isMoving = this.#reports.get(friend)?.at(-1)?.isMoving === true;
        (isMoving ? this.#freshness : this.#restingFreshness).add(now - dueAt);
      }
    }
  }

  figures(): DeliveryFigures {
    return {
      deliveryMs: this.#delivery.summary(),
      freshnessMs: this.#freshness.summary(),
      restingFreshnessMs: this.#restingFreshness.summary(),
      unexplained: this.#unexplained,
    };
  }

  /** When the report that a list shows was due. `before`: of the one it showed until now. */
  #appeared({ id, lat, lng }: NearbyFriend, before: number | undefined, now: number): number | undefined {
    const reports = this.#reports.get(id) ?? [];
    const index = reports.findLastIndex((report) => report.lat === lat && report.lng === lng);
    const dueAt = reports[index]?.dueAt;
    if (dueAt === undefined) this.#unexplained += 1;
    else if (before !== undefined) {
      for (const report of reports.slice(0, index + 1)) {
        if (report.dueAt > before) this.#delivery.add(now - report.dueAt);
      }
    }
    return dueAt;
  }
}
