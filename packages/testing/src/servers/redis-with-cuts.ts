/** A proxy before Redis that can cut some connections and not others, as networks do. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

interface Line {
  /** What the client has called the connection (CLIENT SETNAME), as far as it has been seen. */
  names: string;
  readonly client: Socket;
  readonly server: Socket;
}

/** Enough of a client's first bytes to hold its connection's name. */
const SEEN_BYTES = 2_048;

export class RedisWithCuts {
  readonly #target: URL;
  readonly #lines = new Set<Line>();
  readonly #server = createServer((client) => this.#accept(client));
  #cut: RegExp | null = null;

  /** `redisUrl` is where it leads to. */
  constructor(redisUrl: string) {
    this.#target = new URL(redisUrl);
  }

  /** Resolves with the address for the clients that tests cut off. */
  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on nothing passes on connections whose name matches, old and new, in either direction; none is closed. */
  cut(name: RegExp): void {
    this.#cut = name;
    for (const line of this.#lines) this.#update(line);
  }

  mend(): void {
    this.#cut = null;
    for (const line of this.#lines) this.#update(line);
  }

  stop(): void {
    this.#server.close();
    for (const { client, server } of this.#lines) {
      client.destroy();
      server.destroy();
    }
  }

  #accept(client: Socket): void {
    const server = connect(Number(this.#target.port), this.#target.hostname);
    const line: Line = { names: '', client, server };
    this.#lines.add(line);
    client.setNoDelay(true);
    server.setNoDelay(true);
    client.on('data', (data: Buffer) => {
      if (line.names.length < SEEN_BYTES) {
        line.names += data.toString('latin1');
        this.#update(line);
      }
      server.write(data);
    });
    server.on('data', (data: Buffer) => client.write(data));
    for (const [end, other] of [
      [client, server],
      [server, client],
    ] as const) {
      end.on('error', () => undefined);
      end.on('close', () => {
        other.destroy();
        this.#lines.delete(line);
      });
    }
  }

  #update({ names, client, server }: Line): void {
    for (const end of [client, server]) {
      if (this.#cut?.test(names)) end.pause();
      else end.resume();
    }
  }
}
