/** Applies a viewer's radius to a session: a changed radius rebuilds the list. */
import type { NearbyDelivery } from '../delivery/nearby-delivery.ts';
import type { VersionedRadius } from '../rights/rights-ledger.ts';
import type { Session } from '../viewer/session.ts';

export class RadiusApplier {
  readonly #delivery: Pick<NearbyDelivery, 'requestSnapshot'>;

  constructor(options: { delivery: Pick<NearbyDelivery, 'requestSnapshot'> }) {
    this.#delivery = options.delivery;
  }

  /** A version that is not newer than the session's changes nothing. */
  apply(session: Session, { radiusMeters, version }: VersionedRadius): void {
    // A session that is not live yet gets its snapshot when it opens.
    if (session.setRadius(radiusMeters, version) && session.liveOwn !== null) this.#delivery.requestSnapshot(session);
  }
}
