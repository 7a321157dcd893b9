/** People who report all the time while grants are revoked and given back; finds deliveries after a revocation. */
import { setTimeout as delay } from 'node:timers/promises';
import { NEARBY_CHANGES, NEARBY_SNAPSHOT, type NearbyFriend } from '@nearby-friends/protocol';
import { eventually } from '../plain/eventually.ts';
import { FERRY_BUILDING } from '../plain/places.ts';
import { seededRandom } from '../plain/seeded-random.ts';
import type { Deployment } from '../stack/deployment.ts';
import type { NearbyClient } from '../stack/nearby-client.ts';

/** A subject, and a viewer who has a grant from time to time. */
export interface Pair {
  readonly subject: string;
  readonly viewer: string;
}

/** A period in which the viewer must not get what the gateways received in it, ms since the epoch. */
interface RevokedPeriod extends Pair {
  /** Nor must the viewer get it afterwards. */
  readonly isWithheld: boolean;
  readonly name: string;
  readonly from: number;
  to: number;
}
/** `at` is the time that the server gave the position, `sentAt` the client's. */
interface Accepted {
  readonly at: number;
  readonly sentAt: number;
}
interface Delivery extends Pair {
  readonly at: number;
  readonly receivedAt: number;
}

export interface Revocation {
  readonly name: string;
  /** Whether what is reported meanwhile stays withheld (G7). It does not of two who end their friendship. */
  readonly isWithheld: boolean;
  /** Revokes the grant; resolves with the time from which nothing may be delivered, or null for the response's time. */
  revoke(pair: Pair): Promise<number | null>;
  giveBack(pair: Pair): Promise<void>;
}

/** How far people wander, degrees: always well within every radius. */
const WANDER = 0.001;
/** As long as a client may need to come back from a fault and see a friend again. */
const SEEN_TIMEOUT_MS = 20_000;

export class RightsTrial {
  readonly pairs: readonly Pair[];
  /** How long each revoking call took, ms. */
  readonly callsMs: number[] = [];
  readonly #deployment: Deployment;
  readonly #clients = new Map<string, NearbyClient>();
  readonly #revoked: RevokedPeriod[] = [];
  readonly #deliveries: Delivery[] = [];
  readonly #reportIntervalMs: number;
  readonly #random = seededRandom(1);
  readonly #timers: NodeJS.Timeout[] = [];
  /** A friend of every viewer whose grants never change: its positions show what viewers have been sent. */
  readonly #beacon: string;
  /** The positions that the system has accepted, by person, in the order of their acknowledgements. */
  readonly #accepted = new Map<string, Accepted[]>();

  constructor(options: { deployment: Deployment; pairs: readonly Pair[]; reportIntervalMs: number }) {
    this.#deployment = options.deployment;
    this.#beacon = `beacon-of-${options.pairs[0]?.subject}`;
    this.pairs = options.pairs;
    this.#reportIntervalMs = options.reportIntervalMs;
  }

  /** Makes friends, signs all in on the gateways in turn, and lets them report from now on. */
  async start(gatewayOf: (person: string, index: number) => number): Promise<void> {
    await this.#deployment.befriend(
      ...this.pairs.flatMap(({ subject, viewer }) => [[subject, viewer] as const, [this.#beacon, viewer] as const]),
    );
    const people = [...this.pairs.flatMap(({ subject, viewer }) => [subject, viewer]), this.#beacon];
    for (const [index, person] of people.entries()) {
      const client = await this.#deployment.signIn(person, { gateway: gatewayOf(person, index) });
      this.#recordDeliveries(person, client);
      this.#clients.set(person, client);
      this.#accepted.set(person, []);
    }
    for (const person of people) this.#reportForEver(person);
    for (const pair of this.pairs) await this.untilSeen(pair);
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** Revokes a grant at a random moment, and gives it back once all that was pending must have been delivered. */
  async try(revocation: Revocation, pair: Pair): Promise<void> {
    await this.untilSeen(pair);
    await delay(this.#random() * this.#reportIntervalMs);
    const giveBack = await this.revoke(revocation, pair);
    await this.untilFlushed(pair);
    await giveBack();
  }

  /** Revokes a grant; resolves, once that must be in force, with the way to give it back. */
  async revoke(revocation: Revocation, pair: Pair): Promise<() => Promise<void>> {
    const calledAt = performance.now();
    const from = await revocation.revoke(pair);
    this.callsMs.push(performance.now() - calledAt);
    const period: RevokedPeriod = {
      ...pair,
      name: revocation.name,
      isWithheld: revocation.isWithheld,
      from: from ?? Date.now(),
      to: Number.POSITIVE_INFINITY,
    };
    this.#revoked.push(period);
    // Only an end that was set runs out later.
    await delay(Math.max(0, period.from - Date.now()));
    return async () => {
      period.to = Date.now();
      await revocation.giveBack(pair);
    };
  }

  /** Resolves when the system has accepted that many positions of the person that were sent after this call. */
  async untilAccepted(person: string, count = 1): Promise<number> {
    const since = Date.now();
    return eventually(() => {
      const latest = this.#accepted.get(person)?.slice(-count) ?? [];
      const newest = latest.at(-1);
      if (!newest || latest.length < count || latest.some(({ sentAt }) => sentAt < since)) {
        throw new Error(`${person} has not had ${count} positions accepted`);
      }
      return newest.at;
    }, SEEN_TIMEOUT_MS);
  }

  /**
   * Resolves when the viewer has been sent a position of the beacon that was sent after one of the subject's was
   * accepted, and that after this call. What the gateway held back for the viewer came with it, or will never come.
   */
  async untilFlushed({ subject, viewer }: Pair): Promise<void> {
    await this.untilAccepted(subject);
    const beaconAt = await this.untilAccepted(this.#beacon);
    await this.#untilNewer(viewer, this.#beacon, beaconAt);
  }

  /** Resolves when the viewer is sent a position of the subject that was received after this call. */
  async untilSeen({ subject, viewer }: Pair): Promise<void> {
    await this.#untilNewer(viewer, subject, Date.now());
  }

  /**
   * Deliveries of positions that were sent while the viewer had no grant, and came before it had one again; or that were
   * received before that, and came at any time, where such a position stays withheld.
   */
  get violations(): string[] {
    const sentAtOf = new Map(
      [...this.#accepted].map(([person, all]) => [person, new Map(all.map(({ at, sentAt }) => [at, sentAt]))]),
    );
    // Thousands of periods times tens of thousands of deliveries would block the process for long.
    const periodsOf = new Map<string, RevokedPeriod[]>();
    for (const period of this.#revoked) {
      const known = periodsOf.get(edgeOf(period));
      if (known) known.push(period);
      else periodsOf.set(edgeOf(period), [period]);
    }
    return this.#deliveries.flatMap(({ subject, viewer, at, receivedAt }) => {
      const sentAt = sentAtOf.get(subject)?.get(at);
      if (sentAt === undefined) return [];
      const period = periodsOf
        .get(edgeOf({ subject, viewer }))
        ?.find(
          (one) => one.from <= sentAt && sentAt < one.to && (receivedAt < one.to || (one.isWithheld && at < one.to)),
        );
      if (!period) return [];
      const { name, from, to } = period;
      return [
        `${name}: sent ${sentAt - from} ms after, accepted ${at - from} ms after, came ${to - receivedAt} ms before the end`,
      ];
    });
  }

  /** How many deliveries were checked. */
  get deliveries(): number {
    return this.#deliveries.length;
  }

  async #untilNewer(viewer: string, subject: string, than: number): Promise<void> {
    await eventually(() => {
      const seen = this.#clients.get(viewer)?.list.get(subject);
      if (!seen || seen.at < than) throw new Error(`${viewer} does not see ${subject}`);
    }, SEEN_TIMEOUT_MS);
  }

  #recordDeliveries(viewer: string, client: NearbyClient): void {
    const record = (friends: readonly NearbyFriend[]) => {
      const receivedAt = Date.now();
      for (const { id, at } of friends) {
        if (id !== this.#beacon) this.#deliveries.push({ viewer, subject: id, at, receivedAt });
      }
    };
    client.socket.on(NEARBY_CHANGES, ({ upserts }: { upserts: NearbyFriend[] }) => record(upserts));
    client.socket.on(NEARBY_SNAPSHOT, ({ friends }: { friends: NearbyFriend[] }) => record(friends));
  }

  #reportForEver(person: string): void {
    const client = this.#clients.get(person);
    const accepted = this.#accepted.get(person);
    const report = () => {
      const sentAt = Date.now();
      const { lat, lng } = FERRY_BUILDING;
      client?.report({ lat: lat + this.#random() * WANDER, lng: lng + this.#random() * WANDER }).then(
        (ack) => void (ack.ok && accepted?.push({ at: ack.at, sentAt })),
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

function edgeOf({ subject, viewer }: Pair): string {
  return `${viewer} ${subject}`;
}
