/** Keeps each gateway's place in nginx's list, since ip_hash spreads clients over places and not over names. */
import type { UpstreamServer } from './nginx-config.ts';

/**
 * When a place were taken out of the list, the polling sessions on all other gateways would move, too. So a removed
 * gateway's place stays, marked as down, until the next gateway takes it.
 */
export class GatewaySlots {
  readonly #ports: (number | undefined)[] = [];

  add(port: number): void {
    const free = this.#ports.indexOf(undefined);
    if (free >= 0) this.#ports[free] = port;
    else this.#ports.push(port);
  }

  remove(port: number): void {
    const place = this.#ports.indexOf(port);
    if (place >= 0) this.#ports[place] = undefined;
  }

  servers(): UpstreamServer[] {
    // Port 9 is "discard": never asked, since the place is down.
    return this.#ports.map((port) => ({ host: '127.0.0.1', port: port ?? 9, down: port === undefined }));
  }
}
