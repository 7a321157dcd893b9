/** Counts and times what the clients of a replay live through. */
import type { UserId } from '@nearby-friends/protocol';
import type { ProtocolBreach } from '../client/nearby-list.ts';
import type { ClientObserver } from '../client/simulated-client.ts';

/** Percentiles of a set of durations, ms. All 0 when there were none. */
export interface Durations {
  readonly count: number;
  readonly median: number;
  readonly p99: number;
  readonly worst: number;
}

export interface Measured {
  readonly updates: {
    readonly sent: number;
    readonly acked: number;
    readonly unanswered: number;
    readonly conflated: number;
    /** By the protocol's code. */
    readonly rejected: Readonly<Record<string, number>>;
  };
  readonly ackLatencyMs: Durations;
  readonly connections: {
    readonly lost: number;
    readonly drainingAnnounced: number;
    /** Refused handshakes by code; `transport` when the server could not be reached. */
    readonly refused: Readonly<Record<string, number>>;
  };
  /** From the loss of a connection to the next one. */
  readonly offlineMs: Durations;
  /** From the first report on a connection to its snapshot. */
  readonly snapshotDelayMs: Durations;
  /** Between two messages to one client, on one connection. */
  readonly messageGapMs: Durations;
  readonly snapshots: number;
  readonly changes: number;
  readonly upserts: number;
  readonly removals: number;
  readonly breaches: Readonly<Partial<Record<ProtocolBreach, number>>>;
}

/** One for all clients of a replay. */
export class Measurements implements ClientObserver {
  readonly #now: () => number;
  readonly #updates = { sent: 0, acked: 0, unanswered: 0, conflated: 0 };
  readonly #rejected: Record<string, number> = {};
  readonly #refused: Record<string, number> = {};
  readonly #breaches: Partial<Record<ProtocolBreach, number>> = {};
  readonly #messages = { snapshots: 0, changes: 0, upserts: 0, removals: 0 };
  readonly #connections = { lost: 0, drainingAnnounced: 0 };
  readonly #ackLatencies: number[] = [];
  readonly #offline: number[] = [];
  readonly #snapshotDelays: number[] = [];
  readonly #messageGaps: number[] = [];
  readonly #lostAt = new Map<UserId, number>();
  readonly #snapshotDueSince = new Map<UserId, number>();
  readonly #lastMessageAt = new Map<UserId, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  updateSent(): void {
    this.#updates.sent += 1;
  }

  updateAcked(latencyMs: number): void {
    this.#updates.acked += 1;
    this.#ackLatencies.push(latencyMs);
  }

  updateRejected(code: string): void {
    count(this.#rejected, code);
  }

  updateUnanswered(): void {
    this.#updates.unanswered += 1;
  }

  updateConflated(): void {
    this.#updates.conflated += 1;
  }

  connected(user: UserId): void {
    const lostAt = this.#lostAt.get(user);
    if (lostAt !== undefined) this.#offline.push(this.#now() - lostAt);
    this.#lostAt.delete(user);
  }

  firstReportSent(user: UserId): void {
    this.#snapshotDueSince.set(user, this.#now());
  }

  connectionLost(user: UserId): void {
    this.#connections.lost += 1;
    this.#lostAt.set(user, this.#now());
    this.#snapshotDueSince.delete(user);
    this.#lastMessageAt.delete(user);
  }

  connectionRefused(code: string): void {
    count(this.#refused, code);
  }

  drainingAnnounced(): void {
    this.#connections.drainingAnnounced += 1;
  }

  snapshotReceived(user: UserId): void {
    this.#messages.snapshots += 1;
    const dueSince = this.#snapshotDueSince.get(user);
    if (dueSince !== undefined) this.#snapshotDelays.push(this.#now() - dueSince);
    this.#snapshotDueSince.delete(user);
    this.#messageReceived(user);
  }

  changesReceived(user: UserId, upserts: number, removed: number): void {
    this.#messages.changes += 1;
    this.#messages.upserts += upserts;
    this.#messages.removals += removed;
    this.#messageReceived(user);
  }

  protocolBreached(_user: UserId, breach: ProtocolBreach): void {
    this.#breaches[breach] = (this.#breaches[breach] ?? 0) + 1;
  }

  /** The figures so far; a client that is offline now counts with the time it has been. */
  measured(): Measured {
    const stillOffline = [...this.#lostAt.values()].map((lostAt) => this.#now() - lostAt);
    return {
      updates: { ...this.#updates, rejected: { ...this.#rejected } },
      ackLatencyMs: durations(this.#ackLatencies),
      connections: { ...this.#connections, refused: { ...this.#refused } },
      offlineMs: durations([...this.#offline, ...stillOffline]),
      snapshotDelayMs: durations(this.#snapshotDelays),
      messageGapMs: durations(this.#messageGaps),
      ...this.#messages,
      breaches: { ...this.#breaches },
    };
  }

  #messageReceived(user: UserId): void {
    const last = this.#lastMessageAt.get(user);
    if (last !== undefined) this.#messageGaps.push(this.#now() - last);
    this.#lastMessageAt.set(user, this.#now());
  }
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

/** Nearest-rank percentiles. */
export function durations(values: readonly number[]): Durations {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return { count: sorted.length, median: at(0.5), p99: at(0.99), worst: at(1) };
}
