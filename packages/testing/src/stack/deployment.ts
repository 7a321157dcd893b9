/** The whole system for an end-to-end test: the stack of `npm start`, friendships, tokens, clients on chosen gateways. */
import { type Stack, type StackOptions, startStack } from '@nearby-friends/local-stack';
import { parseUserId } from '@nearby-friends/protocol';
import { Redis } from 'ioredis';
import { SignJWT } from 'jose';
import { Client } from 'pg';
import { NearbyClient, type NearbyClientOptions } from './nearby-client.ts';
import { readMetric } from './read-metric.ts';

const TOKEN_LIFETIME = '1h';

export class Deployment {
  readonly #options: StackOptions;
  readonly #clients = new Set<NearbyClient>();
  /** A source address per gateway, found out by trying. */
  readonly #addresses: string[] = [];
  #nextHost = 1;

  #stack: Stack | null = null;

  constructor(options: StackOptions = {}) {
    this.#options = options;
  }

  /** Starts everything and finds an address for each gateway. Leaves nothing running when it fails. */
  async start(): Promise<void> {
    this.#stack = await startStack(this.#options);
    try {
      await this.#findAddresses();
    } catch (error) {
      await this.#stack.forceStop();
      throw error;
    }
  }

  /** Throws before {@link start}. */
  get stack(): Stack {
    if (!this.#stack) throw new Error('the deployment is not started');
    return this.#stack;
  }

  get url(): string {
    return this.stack.url;
  }

  async stop(): Promise<void> {
    this.closeClients();
    await this.#stack?.stop();
  }

  closeClients(): void {
    for (const client of this.#clients) client.close();
    this.#clients.clear();
  }

  /** Writes both directions of each pair into PostgreSQL, past the API, and creates the users. */
  async befriend(...pairs: readonly (readonly [string, string])[]): Promise<void> {
    const people = [...new Set(pairs.flat())].map(parseUserId);
    const viewers = pairs.flat();
    const subjects = pairs.flatMap(([a, b]) => [b, a]);
    const database = new Client({ connectionString: this.stack.databaseUrl });
    await database.connect();
    try {
      await database.query(
        'INSERT INTO users (id, display_name) SELECT id, id FROM unnest($1::text[]) AS id ON CONFLICT DO NOTHING',
        [people],
      );
      await database.query(
        'INSERT INTO edges (viewer_id, subject_id) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING',
        [viewers, subjects],
      );
    } finally {
      await database.end();
    }
  }

  /** Signs a token with the stack's own secret. */
  async token(userId: string, claims: { expiresAt?: number } = {}): Promise<string> {
    return (
      new SignJWT()
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(userId)
        .setAudience('nearby-friends')
        .setIssuer('nearby-friends')
        // To the millisecond: a token made right after signing out everywhere must be valid.
        .setIssuedAt(Date.now() / 1000)
        .setExpirationTime(claims.expiresAt === undefined ? TOKEN_LIFETIME : Math.floor(claims.expiresAt / 1000))
        .sign(new TextEncoder().encode(this.stack.jwtSecret))
    );
  }

  /** A source address that the load balancer sends to that gateway, another one at each call. */
  addressOn(gateway: number): string {
    const prefix = this.#addresses[gateway];
    if (prefix === undefined) throw new RangeError(`no address is known for gateway ${gateway}`);
    this.#nextHost = (this.#nextHost % 250) + 1;
    return `${prefix}.${this.#nextHost}`;
  }

  /** A connected client of `userId`, on `gateway` if given. Closed with the deployment. */
  async signIn(
    userId: string,
    options: { gateway?: number } & Omit<NearbyClientOptions, 'url' | 'token'> = {},
  ): Promise<NearbyClient> {
    const { gateway, ...rest } = options;
    const address = gateway === undefined ? rest.address : this.addressOn(gateway);
    const client = new NearbyClient({
      url: this.url,
      token: await this.token(userId),
      ...rest,
      ...(address === undefined ? {} : { address }),
    });
    this.#clients.add(client);
    return client.connect();
  }

  /** A client that is not connected yet, for handshakes that are meant to fail. */
  client(options: Omit<NearbyClientOptions, 'url'> = {}): NearbyClient {
    const client = new NearbyClient({ url: this.url, ...options });
    this.#clients.add(client);
    return client;
  }

  /** The sum of a metric over all its labels, of one gateway. */
  gatewayMetric(gateway: number, name: string): Promise<number> {
    const handle = this.stack.gateways[gateway];
    if (!handle) throw new RangeError(`there is no gateway ${gateway}`);
    return readMetric(handle.opsPort, name);
  }

  /** Sharded channels with a subscriber that belong to users: positions, inboxes, devices. */
  async userChannels(): Promise<string[]> {
    const redis = new Redis(this.stack.redisUrl, { maxRetriesPerRequest: 1 });
    try {
      const channels = (await redis.call('PUBSUB', 'SHARDCHANNELS')) as string[];
      return channels.filter((name) => /^(location|inbox):|all-devices-of-the-user/.test(name));
    } finally {
      redis.disconnect();
    }
  }

  async #findAddresses(): Promise<void> {
    const { gateways } = this.stack;
    for (let i = 1; i < 200 && this.#addresses.filter(Boolean).length < gateways.length; i++) {
      const prefix = `10.7.${i}`;
      const probe = new NearbyClient({ url: this.url, token: await this.token('probe'), address: `${prefix}.1` });
      await probe.connect();
      const counts = await Promise.all(gateways.map(({ opsPort }) => readMetric(opsPort, 'nearby_sessions')));
      const gateway = counts.findIndex((count) => count > 0);
      if (gateway >= 0) this.#addresses[gateway] ??= prefix;
      probe.close();
      await this.#untilNoSession();
    }
  }

  async #untilNoSession(): Promise<void> {
    for (;;) {
      const counts = await Promise.all(
        this.stack.gateways.map(({ opsPort }) => readMetric(opsPort, 'nearby_sessions')),
      );
      if (counts.every((count) => count === 0)) return;
    }
  }
}
