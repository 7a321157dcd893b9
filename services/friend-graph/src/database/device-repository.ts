/** Reads and writes the devices that users have registered. */
import type { DeviceKind, UserId } from '@nearby-friends/protocol';
import type { DatabaseClient } from './database-client.ts';
import type { GraphTransaction } from './graph-transaction.ts';

/** Without its secret, which is not kept. */
export interface Device {
  readonly id: string;
  readonly name: string;
  /** The app that reported last; null: none has. */
  readonly kind: DeviceKind | null;
  readonly staysVisibleSeconds: number;
  readonly createdAt: Date;
  /** The minute of its last report; null: it has never reported. */
  readonly lastSeenAt: Date | null;
}

export interface OwnedDevice extends Device {
  readonly user: UserId;
}

export interface NewDevice {
  readonly id: string;
  readonly user: UserId;
  readonly name: string;
  /** SHA-256 of its secret. */
  readonly secretHash: Buffer<ArrayBuffer>;
  readonly staysVisibleSeconds: number;
}

/** A report of a device. */
export interface Sighting {
  readonly id: string;
  /** Null: the app is not known. */
  readonly kind: DeviceKind | null;
}

const DEVICE_FIELDS = {
  id: true,
  name: true,
  kind: true,
  staysVisibleSeconds: true,
  createdAt: true,
  lastSeenAt: true,
} as const;

export class DeviceRepository {
  readonly #client: DatabaseClient;

  constructor(options: { client: DatabaseClient }) {
    this.#client = options.client;
  }

  /** The oldest first. */
  async devicesOf(user: UserId): Promise<Device[]> {
    const rows = await this.#client.device.findMany({
      where: { userId: user },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      select: DEVICE_FIELDS,
    });
    return rows.map((row) => ({ ...row, kind: row.kind as DeviceKind | null }));
  }

  async count({ client }: GraphTransaction, user: UserId): Promise<number> {
    return await client.device.count({ where: { userId: user } });
  }

  /** The user's devices must be locked. Returns the time of the registration. */
  async add({ client }: GraphTransaction, device: NewDevice): Promise<Date> {
    const { id, user, name, secretHash, staysVisibleSeconds } = device;
    // Raw: PostgreSQL stamps the time that orders the list; Prisma would take it from the clock of this process.
    const [row] = await client.$queryRaw<[{ createdAt: Date }]>`
      INSERT INTO devices (id, user_id, name, secret_hash, stays_visible_seconds)
      VALUES (${id}, ${user}, ${name}, ${secretHash}, ${staysVisibleSeconds})
      RETURNING created_at AS "createdAt"`;
    return row.createdAt;
  }

  /** Does nothing if the user has no such device. */
  async remove(user: UserId, id: string): Promise<void> {
    await this.#client.device.deleteMany({ where: { id, userId: user } });
  }

  /** The user's devices must be locked. */
  async removeAllOf({ client }: GraphTransaction, user: UserId): Promise<void> {
    await client.device.deleteMany({ where: { userId: user } });
  }

  async findBySecret(secretHash: Buffer<ArrayBuffer>): Promise<OwnedDevice | null> {
    const row = await this.#client.device.findUnique({
      where: { secretHash },
      select: { ...DEVICE_FIELDS, userId: true },
    });
    if (!row) return null;
    const { userId, ...device } = row;
    return { ...device, kind: device.kind as DeviceKind | null, user: userId as UserId };
  }

  /** Writes that these devices report now, each at most once a minute. Each occurs once. */
  async markSeen(sightings: readonly Sighting[]): Promise<void> {
    const ids = sightings.map(({ id }) => id);
    const kinds = sightings.map(({ kind }) => kind);
    // Raw: one statement for all. A device that is being deleted is skipped: two transactions that lock several rows in
    // different orders would wait for each other.
    await this.#client.$executeRaw`
      UPDATE devices SET last_seen_at = date_trunc('minute', now()), kind = coalesce(seen.kind, devices.kind)
      FROM (
        SELECT devices.id, given.kind FROM devices
        JOIN unnest(${ids}::text[], ${kinds}::text[]) AS given (id, kind) USING (id)
        WHERE last_seen_at IS NULL OR last_seen_at < date_trunc('minute', now())
        FOR NO KEY UPDATE OF devices SKIP LOCKED
      ) AS seen
      WHERE devices.id = seen.id`;
  }
}
