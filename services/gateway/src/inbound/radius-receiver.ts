/** Handles `radius:set`: stores the radius in the profile and applies it to the session. */
import type { Rpc } from '@nearby-friends/bus';
import { radiusSetSchema, setRadius } from '@nearby-friends/protocol';
import type { RadiusApplier } from '../sessions/radius-applier.ts';
import type { Session } from '../viewer/session.ts';
import { inTurn } from './in-turn.ts';
import { parsePayload } from './parse-payload.ts';

export class RadiusReceiver {
  readonly #rpc: Pick<Rpc, 'call'>;
  readonly #radii: Pick<RadiusApplier, 'apply'>;
  /** In order, so that the second of two quick requests is the one in force. */
  readonly #setInTurn = inTurn((session: Session, meters: number) => this.#set(session, meters));

  constructor(options: { rpc: Pick<Rpc, 'call'>; radii: Pick<RadiusApplier, 'apply'> }) {
    this.#rpc = options.rpc;
    this.#radii = options.radii;
  }

  /** Throws `invalid_payload`, or a `CodedError` of friend-graph. */
  async receive(session: Session, payload: unknown): Promise<object> {
    await this.#setInTurn(session, parsePayload(radiusSetSchema, payload).meters);
    return {};
  }

  async #set(session: Session, radiusMeters: number): Promise<void> {
    const { user, credentials } = session;
    const request = { user, radiusMeters, issuedAt: credentials.issuedAt };
    const { version } = await this.#rpc.call(setRadius, request, { key: user });
    this.#radii.apply(session, { radiusMeters, version });
  }
}
