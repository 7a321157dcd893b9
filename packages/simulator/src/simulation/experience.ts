/** What the people of a city live through: the clients' figures, and those of what they see. */
import type { NearbyChanges, NearbySnapshot, UserId } from '@nearby-friends/protocol';
import { type Measured, Measurements } from '../measure/measurements.ts';
import type { CrowdObserver } from './crowd.ts';
import { type DeliveryFigures, DeliveryTimes, type DueUpdate } from './delivery-times.ts';

export interface Experienced extends Measured, DeliveryFigures {}

/** One for all people of a run. */
export class Experience extends Measurements implements CrowdObserver {
  readonly #clock: () => number;
  readonly #deliveries = new DeliveryTimes();

  /** `now`: the one clock of the run, monotonic ms. */
  constructor(now: () => number) {
    super(now);
    this.#clock = now;
  }

  updateDue(user: UserId, report: DueUpdate): void {
    this.#deliveries.updateDue(user, report);
  }

  becameInactive(user: UserId): void {
    this.#deliveries.becameInactive(user);
  }

  viewerLeft(viewer: UserId): void {
    this.leftOnPurpose(viewer);
    this.#deliveries.viewerLeft(viewer);
  }

  override snapshotReceived(user: UserId, snapshot: NearbySnapshot): void {
    super.snapshotReceived(user, snapshot);
    this.#deliveries.listShown(user, snapshot.friends, this.#clock());
  }

  override changesReceived(user: UserId, changes: NearbyChanges): void {
    super.changesReceived(user, changes);
    this.#deliveries.listChanged(user, changes, this.#clock());
  }

  sampleFreshness(): void {
    this.#deliveries.sampleFreshness(this.#clock());
  }

  experienced(): Experienced {
    return { ...this.measured(), ...this.#deliveries.figures() };
  }
}
