/** A running system as a test sees it: friendships, tokens, clients on chosen gateways. */
import { parseUserId } from '@nearby-friends/protocol';
import { Redis } from 'ioredis';
import { SignJWT } from 'jose';
import { Client } from 'pg';
import { NearbyClient, type NearbyClientOptions } from './nearby-client.ts';
import { readMetric } from './read-metric.ts';

const TOKEN_LIFETIME = '1h';

/** Where a running system is found, and what its tests must know to sign tokens and to read its servers. */
export interface SystemAccess {
  readonly url: string;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly jwtSecret: string;
}

export abstract class System {
  readonly #clients = new Set<NearbyClient>();
  #nextHost = 1;

  /** Throws before the system runs. */
  abstract get access(): SystemAccess;
  /** The ports of the gateways' metrics, by gateway. */
  abstract get gatewayOpsPorts(): readonly number[];
  /** For each gateway the first three bytes of source addresses that the load balancer sends to it. */
  abstract get addressPrefixes(): readonly string[];

  get url(): string {
    return this.access.url;
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
    const database = new Client({ connectionString: this.access.databaseUrl });
    // A lost connection: the query rejects.
    database.on('error', () => undefined);
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
        .sign(new TextEncoder().encode(this.access.jwtSecret))
    );
  }

  /** A source address that the load balancer sends to that gateway, another one at each call. */
  addressOn(gateway: number): string {
    const prefix = this.addressPrefixes[gateway];
    if (prefix === undefined) throw new RangeError(`no address is known for gateway ${gateway}`);
    this.#nextHost = (this.#nextHost % 250) + 1;
    return `${prefix}.${this.#nextHost}`;
  }

  /** A connected client of `userId`, on `gateway` if given. Closed by {@link closeClients}. */
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
    const opsPort = this.gatewayOpsPorts[gateway];
    if (opsPort === undefined) throw new RangeError(`there is no gateway ${gateway}`);
    return readMetric(opsPort, name);
  }

  /** Sharded channels with a subscriber that belong to users: positions, inboxes, devices. */
  async userChannels(): Promise<string[]> {
    const redis = new Redis(this.access.redisUrl, { maxRetriesPerRequest: 1 });
    try {
      const channels = (await redis.call('PUBSUB', 'SHARDCHANNELS')) as string[];
      return channels.filter((name) => /^[^:]+:(location|inbox):|all-devices-of-the-user/.test(name));
    } finally {
      redis.disconnect();
    }
  }
}
