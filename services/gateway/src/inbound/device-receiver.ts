/** Handles `device:share`: the device of this connection shares the user's position from now on. */
import { deviceShareSchema } from '@nearby-friends/protocol';
import type { Session } from '../viewer/session.ts';
import { parsePayload } from './parse-payload.ts';
import type { PositionReceiver } from './position-receiver.ts';

export class DeviceReceiver {
  readonly #positions: Pick<PositionReceiver, 'share'>;

  constructor(options: { positions: Pick<PositionReceiver, 'share'> }) {
    this.#positions = options.positions;
  }

  /** Throws `invalid_payload` or `unavailable`. */
  async receive(session: Session, payload: unknown): Promise<object> {
    parsePayload(deviceShareSchema, payload);
    await this.#positions.share(session);
    return {};
  }
}
