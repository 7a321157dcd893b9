/** Keeps each gateway's position in nginx's upstream, since ip_hash maps clients to positions and not to names. */
import type { UpstreamServer } from './nginx-config.ts';

/**
 * Removing an entry from the upstream would also move the polling sessions of all other gateways. So a removed gateway's
 * slot stays, marked as down, until the next gateway takes it.
 */
export class GatewaySlots {
  readonly #ports: (number | undefined)[] = [];

  add(port: number): void {
    const free = this.#ports.indexOf(undefined);
    if (free >= 0) this.#ports[free] = port;
    else this.#ports.push(port);
  }

  remove(port: number): void {
    const slot = this.#ports.indexOf(port);
    if (slot >= 0) this.#ports[slot] = undefined;
  }

  servers(): UpstreamServer[] {
    // Port 9 is "discard": nginx never connects to it, since the slot is down.
    return this.#ports.map((port) => ({ host: '127.0.0.1', port: port ?? 9, down: port === undefined }));
  }
}
