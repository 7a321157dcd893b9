/** People who report all the time while rights are taken away and given back; finds what was delivered and must not be. */
import { NEARBY_CHANGES, NEARBY_SNAPSHOT, type NearbyFriend } from '@nearby-friends/protocol';
import type { Deployment } from './deployment.ts';
import { eventually } from './eventually.ts';
import type { NearbyClient } from './nearby-client.ts';
import { FERRY_BUILDING } from './places.ts';
import { seededRandom } from './seeded-random.ts';

/** A subject, and a viewer who is to see it only while it may. */
export interface Pair {
  readonly subject: string;
  readonly viewer: string;
}

/** A time in which a viewer must not get what was received in it, ms since the epoch. */
interface Closed extends Pair {
  readonly name: string;
  readonly from: number;
  to: number;
}
interface Delivery extends Pair {
  readonly at: number;
  readonly receivedAt: number;
}

export interface Narrowing {
  readonly name: string;
  /** Takes the right away; resolves with the time from which nothing may come, or null for the answer's time. */
  take(pair: Pair): Promise<number | null>;
  giveBack(pair: Pair): Promise<void>;
}

/** How far people wander, degrees: always well within everybody's radius. */
const WANDER = 0.001;

export class RightsTrial {
  readonly pairs: readonly Pair[];
  /** How long each narrowing call took, ms. */
  readonly callsMs: number[] = [];
  readonly #deployment: Deployment;
  readonly #clients = new Map<string, NearbyClient>();
  readonly #closed: Closed[] = [];
  readonly #deliveries: Delivery[] = [];
  readonly #reportIntervalMs: number;
  readonly #random = seededRandom(1);
  readonly #timers: NodeJS.Timeout[] = [];
  /** When each position was sent, by person and by the time the server gave it. */
  readonly #sentAt = new Map<string, Map<number, number>>();

  constructor(options: { deployment: Deployment; pairs: readonly Pair[]; reportIntervalMs: number }) {
    this.#deployment = options.deployment;
    this.pairs = options.pairs;
    this.#reportIntervalMs = options.reportIntervalMs;
  }

  /** Makes friends, signs everybody in on the gateways in turn, and lets them report from now on. */
  async start(gatewayOf: (person: string, index: number) => number): Promise<void> {
    await this.#deployment.befriend(...this.pairs.map(({ subject, viewer }) => [subject, viewer] as const));
    const people = this.pairs.flatMap(({ subject, viewer }) => [subject, viewer]);
    for (const [index, person] of people.entries()) {
      const client = await this.#deployment.signIn(person, { gateway: gatewayOf(person, index) });
      this.#watch(person, client);
      this.#clients.set(person, client);
      this.#sentAt.set(person, new Map());
    }
    for (const person of people) this.#reportForEver(person);
    for (const pair of this.pairs) await this.untilSeen(pair);
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** Takes a right away at a random moment, holds it back for a while, gives it back. */
  async try(narrowing: Narrowing, pair: Pair, holdMs: number): Promise<void> {
    await this.untilSeen(pair);
    await pause(this.#random() * this.#reportIntervalMs);
    const giveBack = await this.take(narrowing, pair);
    await pause(holdMs);
    await giveBack();
  }

  /** Takes a right away; resolves, once it must be in force, with the way to give it back. */
  async take(narrowing: Narrowing, pair: Pair): Promise<() => Promise<void>> {
    const calledAt = performance.now();
    const from = await narrowing.take(pair);
    this.callsMs.push(performance.now() - calledAt);
    const closed: Closed = { ...pair, name: narrowing.name, from: from ?? Date.now(), to: Number.POSITIVE_INFINITY };
    this.#closed.push(closed);
    await pause(Math.max(0, closed.from - Date.now()));
    return async () => {
      closed.to = Date.now();
      await narrowing.giveBack(pair);
    };
  }

  /** Resolves when the viewer is told something of the subject that was received after this call. */
  async untilSeen({ subject, viewer }: Pair): Promise<void> {
    const since = Date.now();
    await eventually(() => {
      const seen = this.#clients.get(viewer)?.list.get(subject);
      if (!seen || seen.at < since) throw new Error(`${viewer} does not see ${subject}`);
    }, 20_000);
  }

  /** Deliveries of positions that were sent when the viewer might not see them, and came before it might again. */
  get violations(): string[] {
    return this.#deliveries.flatMap(({ subject, viewer, at, receivedAt }) => {
      const sentAt = this.#sentAt.get(subject)?.get(at);
      if (sentAt === undefined) return [];
      const closed = this.#closed.find(
        (one) =>
          one.subject === subject &&
          one.viewer === viewer &&
          one.from <= sentAt &&
          sentAt < one.to &&
          receivedAt < one.to,
      );
      if (!closed) return [];
      const { name, from, to } = closed;
      return [
        `${name}: sent ${sentAt - from} ms after, told ${at - from} ms after, came ${to - receivedAt} ms before the end`,
      ];
    });
  }

  /** How many deliveries were judged. */
  get deliveries(): number {
    return this.#deliveries.length;
  }

  #watch(viewer: string, client: NearbyClient): void {
    const take = (friends: readonly NearbyFriend[]) => {
      const receivedAt = Date.now();
      for (const { id, at } of friends) this.#deliveries.push({ viewer, subject: id, at, receivedAt });
    };
    client.socket.on(NEARBY_CHANGES, ({ upserts }: { upserts: NearbyFriend[] }) => take(upserts));
    client.socket.on(NEARBY_SNAPSHOT, ({ friends }: { friends: NearbyFriend[] }) => take(friends));
  }

  #reportForEver(person: string): void {
    const client = this.#clients.get(person);
    const sent = this.#sentAt.get(person);
    const report = () => {
      const sentAt = Date.now();
      const { lat, lng } = FERRY_BUILDING;
      client?.report({ lat: lat + this.#random() * WANDER, lng: lng + this.#random() * WANDER }).then(
        (answer) => void (answer.ok && sent?.set(answer.at, sentAt)),
        () => undefined,
      );
    };
    report();
    // A phase of its own, so that reports are spread over the interval.
    const begin = setTimeout(
      () => this.#timers.push(setInterval(report, this.#reportIntervalMs)),
      this.#random() * this.#reportIntervalMs,
    );
    this.#timers.push(begin);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
