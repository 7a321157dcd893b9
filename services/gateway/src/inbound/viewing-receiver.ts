/** Handles `viewing:set`: a person looks at the list of this connection, or does not any more. */
import { viewingSetSchema } from '@nearby-friends/protocol';
import type { Session } from '../viewer/session.ts';
import type { ViewingLeases } from '../viewing/viewing-leases.ts';
import { parsePayload } from './parse-payload.ts';

export class ViewingReceiver {
  readonly #leases: Pick<ViewingLeases, 'set'>;

  constructor(options: { leases: Pick<ViewingLeases, 'set'> }) {
    this.#leases = options.leases;
  }

  /** Throws `invalid_payload`. */
  async receive(session: Session, payload: unknown): Promise<object> {
    this.#leases.set(session, parsePayload(viewingSetSchema, payload).on);
    return {};
  }
}
