/** Counts and times what the clients of a replay live through. */
import type { NearbyChanges, NearbySnapshot, UserId } from '@nearby-friends/protocol';
import type { ProtocolBreach } from '../client/nearby-list.ts';
import type { ClientObserver } from '../client/simulated-client.ts';
import { type Durations, Timings } from './timings.ts';

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
  /** From the beginning of a handshake to the connection; without attempts to come back. */
  readonly connectMs: Durations;
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

/** One for all clients of a run. */
export class Measurements implements ClientObserver {
  readonly #now: () => number;
  readonly #updates = { sent: 0, acked: 0, unanswered: 0, conflated: 0 };
  readonly #rejected: Record<string, number> = {};
  readonly #refused: Record<string, number> = {};
  readonly #breaches: Partial<Record<ProtocolBreach, number>> = {};
  readonly #messages = { snapshots: 0, changes: 0, upserts: 0, removals: 0 };
  readonly #connections = { lost: 0, drainingAnnounced: 0 };
  readonly #ackLatencies = new Timings();
  readonly #connecting = new Timings();
  readonly #offline = new Timings();
  readonly #snapshotDelays = new Timings();
  readonly #messageGaps = new Timings();
  readonly #begunAt = new Map<UserId, number>();
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
    this.#ackLatencies.add(latencyMs);
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

  connectionBegun(user: UserId): void {
    this.#begunAt.set(user, this.#now());
  }

  connected(user: UserId): void {
    const begunAt = this.#begunAt.get(user);
    if (begunAt !== undefined) this.#connecting.add(this.#now() - begunAt);
    this.#begunAt.delete(user);
    const lostAt = this.#lostAt.get(user);
    if (lostAt !== undefined) this.#offline.add(this.#now() - lostAt);
    this.#lostAt.delete(user);
  }

  firstUpdateSent(user: UserId): void {
    this.#snapshotDueSince.set(user, this.#now());
  }

  connectionLost(user: UserId): void {
    this.#connections.lost += 1;
    this.#lostAt.set(user, this.#now());
    this.#snapshotDueSince.delete(user);
    this.#lastMessageAt.delete(user);
  }

  /** The user goes offline on purpose: whatever was waited for is waited for no longer. */
  leftOnPurpose(user: UserId): void {
    const lostAt = this.#lostAt.get(user);
    if (lostAt !== undefined) this.#offline.add(this.#now() - lostAt);
    for (const times of [this.#lostAt, this.#begunAt, this.#snapshotDueSince, this.#lastMessageAt]) times.delete(user);
  }

  connectionRefused(code: string): void {
    count(this.#refused, code);
  }

  drainingAnnounced(): void {
    this.#connections.drainingAnnounced += 1;
  }

  snapshotReceived(user: UserId, _snapshot: NearbySnapshot): void {
    this.#messages.snapshots += 1;
    const dueSince = this.#snapshotDueSince.get(user);
    if (dueSince !== undefined) this.#snapshotDelays.add(this.#now() - dueSince);
    this.#snapshotDueSince.delete(user);
    this.#messageReceived(user);
  }

  changesReceived(user: UserId, { upserts, removed }: NearbyChanges): void {
    this.#messages.changes += 1;
    this.#messages.upserts += upserts.length;
    this.#messages.removals += removed.length;
    this.#messageReceived(user);
  }

  protocolBreached(_user: UserId, breach: ProtocolBreach): void {
    this.#breaches[breach] = (this.#breaches[breach] ?? 0) + 1;
  }

  /** Refused handshakes so far, by code. */
  get refused(): Readonly<Record<string, number>> {
    return this.#refused;
  }

  /** The figures so far; a client that is offline now counts with the time it has been. */
  measured(): Measured {
    const stillOffline = [...this.#lostAt.values()].map((lostAt) => this.#now() - lostAt);
    return {
      updates: { ...this.#updates, rejected: { ...this.#rejected } },
      ackLatencyMs: this.#ackLatencies.summary(),
      connectMs: this.#connecting.summary(),
      connections: { ...this.#connections, refused: { ...this.#refused } },
      offlineMs: this.#offline.summary(stillOffline),
      snapshotDelayMs: this.#snapshotDelays.summary(),
      messageGapMs: this.#messageGaps.summary(),
      ...this.#messages,
      breaches: { ...this.#breaches },
    };
  }

  #messageReceived(user: UserId): void {
    const last = this.#lastMessageAt.get(user);
    if (last !== undefined) this.#messageGaps.add(this.#now() - last);
    this.#lastMessageAt.set(user, this.#now());
  }
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
