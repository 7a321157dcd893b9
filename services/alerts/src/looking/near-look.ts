/** One look at viewers with alerts: reads where they and their friends are, and has alerts decided. */
import type { Rpc } from '@nearby-friends/bus';
import {
  alertSettingsOf,
  type ChosenAlerts,
  decodePositionRecord,
  friendsOf,
  MAX_ALERT_SETTINGS,
  MalformedMessageError,
  type PositionRecord,
  readActive,
  readEdges,
  type UserId,
  type ViewerEdges,
} from '@nearby-friends/protocol';
import type { AlertsMetrics } from '../metrics/alerts-metrics.ts';
import type { AlertDecisions, Observation } from '../pairs/alert-decisions.ts';
import type { AlertSender } from '../sending/alert-sender.ts';
import { isQuiet } from '../sending/is-quiet.ts';
import { observeFriends } from './observe-friends.ts';

/** Viewers whose own entries are read with one request. */
const VIEWERS_AT_A_TIME = 1_000;
const MAX_ENTRIES_PER_REQUEST = 2_000;
/** Some 200 bytes each. Further ones are read once for each batch of viewers. */
const MAX_KEPT_ENTRIES = 200_000;

interface Look {
  readonly entries: Map<UserId, PositionRecord | null>;
}

export class NearLook {
  readonly #rpc: Pick<Rpc, 'call'>;
  readonly #decisions: Pick<AlertDecisions, 'decide' | 'isPageVisible'>;
  readonly #sender: Pick<AlertSender, 'send'>;
  readonly #ttlMs: number;
  readonly #redisNow: () => number;
  readonly #metrics: AlertsMetrics;

  constructor(options: {
    rpc: Pick<Rpc, 'call'>;
    decisions: Pick<AlertDecisions, 'decide' | 'isPageVisible'>;
    sender: Pick<AlertSender, 'send'>;
    ttlMs: number;
    redisNow: () => number;
    metrics: AlertsMetrics;
  }) {
    this.#rpc = options.rpc;
    this.#decisions = options.decisions;
    this.#sender = options.sender;
    this.#ttlMs = options.ttlMs;
    this.#redisNow = options.redisNow;
    this.#metrics = options.metrics;
  }

  /** Each subject is read once, however many viewers it has. Stops before the next batch when `isStopped`. */
  async lookAt(viewers: readonly UserId[], isStopped: () => boolean): Promise<void> {
    const look: Look = { entries: new Map() };
    for (let start = 0; start < viewers.length && !isStopped(); start += VIEWERS_AT_A_TIME) {
      const some = viewers.slice(start, start + VIEWERS_AT_A_TIME);
      await this.#readEntries(some, look);
      const active = some.filter((viewer) => this.#isActive(look.entries.get(viewer) ?? null));
      for (let i = 0; i < active.length && !isStopped(); i += MAX_ALERT_SETTINGS) {
        await this.#lookAtBatch(active.slice(i, i + MAX_ALERT_SETTINGS), look);
      }
    }
  }

  async #lookAtBatch(active: UserId[], look: Look): Promise<void> {
    const [{ viewers, epoch }, { chosen }] = await Promise.all([
      this.#rpc.call(friendsOf, { viewers: active }),
      this.#rpc.call(alertSettingsOf, { users: active }),
    ]);
    const settings = new Map(chosen.map((one) => [one.user, one]));
    const wanted = viewers.filter(({ viewer }) => settings.has(viewer));
    const edges = new Map(wanted.map((one) => [one.viewer, readEdges(one.edges, one.withheld)]));
    await this.#readEntries(
      [...edges.values()].flatMap((all) => all.map(({ subject }) => subject)),
      look,
    );
    const looks = wanted.map(async ({ viewer }: ViewerEdges) => {
      const own = look.entries.get(viewer);
      const alerts = settings.get(viewer);
      if (!own || !alerts) return;
      const seen = observeFriends(own, edges.get(viewer) ?? [], {
        recordOf: (subject) => look.entries.get(subject) ?? null,
        radiusMeters: alerts.radiusMeters,
        now: this.#redisNow(),
        ttlMs: this.#ttlMs,
        epochBegan: epoch?.began,
        isMuted: (subject) => alerts.muted.includes(subject),
      });
      await this.#decide(viewer, alerts, seen);
    });
    await Promise.all(looks);
  }

  async #decide(viewer: UserId, { quiet }: ChosenAlerts, seen: Map<UserId, Observation>): Promise<void> {
    const near = [...seen].filter(([, observation]) => observation === 'near');
    const isSilent =
      near.length > 0 && (isQuiet(quiet, this.#redisNow()) || (await this.#decisions.isPageVisible(viewer)));
    if (isSilent) for (const [subject] of near) seen.set(subject, 'near-quietly');
    const due = await this.#decisions.decide(viewer, seen);
    await Promise.all(due.map((about) => this.#sender.send({ kind: 'near', viewer, about: about as UserId })));
  }

  #isActive(record: PositionRecord | null): boolean {
    return record !== null && record.at + (record.lifetimeMs ?? this.#ttlMs) > this.#redisNow();
  }

  async #readEntries(users: readonly UserId[], { entries }: Look): Promise<void> {
    if (entries.size > MAX_KEPT_ENTRIES) entries.clear();
    const missing = [...new Set(users)].filter((user) => !entries.has(user));
    for (let start = 0; start < missing.length; start += MAX_ENTRIES_PER_REQUEST) {
      const some = missing.slice(start, start + MAX_ENTRIES_PER_REQUEST);
      for (const user of some) entries.set(user, null);
      for (const { user, entry } of await this.#rpc.call(readActive, { users: some })) {
        entries.set(user, this.#decode(entry));
      }
    }
  }

  #decode(entry: Buffer): PositionRecord | null {
    try {
      return decodePositionRecord(entry);
    } catch (error) {
      if (!(error instanceof MalformedMessageError)) throw error;
      this.#metrics.malformedMessages.inc();
      return null;
    }
  }
}
