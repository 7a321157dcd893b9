/** Reads and writes when users want to be alerted, and of which friends they do not. */
import {
  type ChosenAlerts,
  DEFAULT_ALERT_RADIUS_METERS,
  MAX_ALERT_VIEWERS,
  type QuietHours,
  type UserId,
} from '@nearby-friends/protocol';
import type { DatabaseClient } from './database-client.ts';
import { BEFORE_ALL_IDS } from './page.ts';

export interface AlertSettings {
  readonly on: boolean;
  readonly radiusMeters: number;
  readonly quiet: QuietHours | null;
}

/** Absent fields stay unchanged. */
export interface AlertSettingsChange {
  readonly on?: boolean | undefined;
  readonly radiusMeters?: number | undefined;
  readonly quiet?: QuietHours | null | undefined;
}

export interface MutedFriend {
  readonly id: UserId;
  readonly until: Date;
}

const OFF: AlertSettings = { on: false, radiusMeters: DEFAULT_ALERT_RADIUS_METERS, quiet: null };

export class AlertRepository {
  readonly #client: DatabaseClient;

  constructor(options: { client: DatabaseClient }) {
    this.#client = options.client;
  }

  async settingsOf(user: UserId): Promise<AlertSettings> {
    const row = await this.#client.alertSettings.findUnique({ where: { userId: user } });
    return row ? toSettings(row) : OFF;
  }

  /** The user must exist. */
  async change(user: UserId, { on, radiusMeters, quiet }: AlertSettingsChange): Promise<AlertSettings> {
    const data = {
      ...(on === undefined ? {} : { isOn: on }),
      ...(radiusMeters === undefined ? {} : { radiusMeters }),
      ...(quiet === undefined ? {} : { quietFrom: quiet?.from ?? null }),
      ...(quiet === undefined ? {} : { quietTo: quiet?.to ?? null }),
      ...(quiet === undefined ? {} : { quietZone: quiet?.tz ?? null }),
    };
    const row = await this.#client.alertSettings.upsert({
      where: { userId: user },
      update: data,
      create: { userId: user, ...data },
    });
    return toSettings(row);
  }

  /** The friends whom the user has muted now, in the order of ids. */
  async mutedBy(user: UserId): Promise<MutedFriend[]> {
    const muted = await this.#mutesOf([user]);
    return muted.map(({ friendId, until }) => ({ id: friendId as UserId, until }));
  }

  /** Null: no longer. Returns whether the user has that friend. */
  async mute(user: UserId, friend: UserId, until: Date | null): Promise<boolean> {
    const where = { viewerId_subjectId: { viewerId: user, subjectId: friend } };
    if (until === null) {
      await this.#client.alertMute.deleteMany({ where: { userId: user, friendId: friend } });
      return (await this.#client.edge.findUnique({ where, select: { viewerId: true } })) !== null;
    }
    // Raw: one statement, so that no friendship ends in between.
    const muted = await this.#client.$executeRaw`
      INSERT INTO alert_mutes (user_id, friend_id, until)
      SELECT viewer_id, subject_id, ${until}::timestamptz FROM edges
      WHERE viewer_id = ${user} AND subject_id = ${friend} FOR KEY SHARE
      ON CONFLICT (user_id, friend_id) DO UPDATE SET until = excluded.until`;
    return muted > 0;
  }

  /** Viewers whose alerts are on and who have a push subscription, in the order of ids. */
  async viewersAfter(after: UserId | null): Promise<{ viewers: UserId[]; next: UserId | null }> {
    const rows = await this.#client.alertSettings.findMany({
      where: {
        isOn: true,
        userId: { gt: after ?? BEFORE_ALL_IDS },
        user: { pushSubscriptions: { some: {} } },
      },
      orderBy: { userId: 'asc' },
      take: MAX_ALERT_VIEWERS + 1,
      select: { userId: true },
    });
    const viewers = rows.slice(0, MAX_ALERT_VIEWERS).map(({ userId }) => userId as UserId);
    return { viewers, next: rows.length > MAX_ALERT_VIEWERS ? (viewers.at(-1) ?? null) : null };
  }

  /** Without those whose alerts are off. */
  async chosenBy(users: readonly UserId[]): Promise<ChosenAlerts[]> {
    const [rows, mutes] = await Promise.all([
      this.#client.alertSettings.findMany({ where: { userId: { in: [...users] }, isOn: true } }),
      this.#mutesOf(users),
    ]);
    const muted = new Map<string, UserId[]>(rows.map(({ userId }) => [userId, []]));
    for (const { userId, friendId } of mutes) muted.get(userId)?.push(friendId as UserId);
    return rows.map((row) => {
      const { radiusMeters, quiet } = toSettings(row);
      return { user: row.userId as UserId, radiusMeters, quiet, muted: muted.get(row.userId) ?? [] };
    });
  }

  #mutesOf(users: readonly UserId[]) {
    return this.#client.alertMute.findMany({
      where: { userId: { in: [...users] }, until: { gt: new Date() } },
      orderBy: { friendId: 'asc' },
    });
  }
}

interface Row {
  readonly isOn: boolean;
  readonly radiusMeters: number;
  readonly quietFrom: string | null;
  readonly quietTo: string | null;
  readonly quietZone: string | null;
}

function toSettings({ isOn, radiusMeters, quietFrom, quietTo, quietZone }: Row): AlertSettings {
  const isWhole = quietFrom !== null && quietTo !== null && quietZone !== null;
  return { on: isOn, radiusMeters, quiet: isWhole ? { from: quietFrom, to: quietTo, tz: quietZone } : null };
}
