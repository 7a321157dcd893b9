/** The people of a city as real clients: each reports its position at its own times. */
import type { UserId } from '@nearby-friends/protocol';
import type { Citizen } from '../city/citizen.ts';
import type { PhoneState } from '../city/phone-habits.ts';
import { type ClientObserver, SimulatedClient, type TransportChoice } from '../client/simulated-client.ts';
import { sourceAddress } from '../client/source-address.ts';
import type { TokenCache } from '../client/tokens.ts';
import type { WallClock } from '../plain/wall-clock.ts';
import type { DueUpdate } from './delivery-times.ts';

/** Notified of intended events, before any of them can fail. */
export interface CrowdObserver {
  /** A report was due at that time (ms of the crowd's clock), whether the phone can send it now or not. */
  updateDue(user: UserId, report: DueUpdate): void;
  /** The phone is quiet or offline on purpose. */
  becameInactive(user: UserId): void;
  /** The phone is offline on purpose: its owner sees no list. */
  viewerLeft(user: UserId): void;
}

interface CrowdOptions {
  readonly citizens: readonly Citizen[];
  readonly url: string;
  readonly tokens: TokenCache;
  readonly clock: WallClock;
  readonly observer: ClientObserver & CrowdObserver;
  readonly transport: TransportChoice;
  /** Metres; undefined leaves all profiles as they are. */
  readonly radiusMeters?: number | undefined;
  /** Between the position updates of a person who moves, ms. */
  readonly intervalMs: number;
  /** How many sign in per second. */
  readonly arrivalsPerSecond: number;
}

/** Between the position updates of a person at rest, rounded to the next check. */
const RESTING_INTERVAL_MS = 30_000;
/** After a longer pause of this process, in intervals, missed updates are skipped. */
const MISSED_INTERVALS = 10;
/** Its multiples are spread evenly over the interval, however many there are. */
const GOLDEN_RATIO = 0.618_033_988_75;

interface Member {
  readonly citizen: Citizen;
  readonly client: SimulatedClient;
  /** When their position is checked next; at first, when they arrive. */
  nextCheckAt: number;
  reportedAt: number;
  wasMoving: boolean;
  state: PhoneState | 'not there yet';
  /** The second check comes this much after the first, so that checks are spread, ms. */
  phaseMs: number;
}

export class Crowd {
  readonly #options: CrowdOptions;
  readonly #members: readonly Member[];

  /** All arrive from now on, one after the other; nothing happens without `tick`. */
  constructor(options: CrowdOptions) {
    this.#options = options;
    const now = options.clock.now();
    this.#members = options.citizens.map((citizen, index) => ({
      citizen,
      client: clientOf(citizen.user, index, options),
      nextCheckAt: now + (index * 1_000) / options.arrivalsPerSecond,
      reportedAt: Number.NEGATIVE_INFINITY,
      wasMoving: false,
      state: 'not there yet',
      phaseMs: options.intervalMs * ((index * GOLDEN_RATIO) % 1),
    }));
  }

  get clients(): readonly SimulatedClient[] {
    return this.#members.map(({ client }) => client);
  }

  get online(): number {
    return this.#members.filter(({ client }) => client.online).length;
  }

  /** Clients that should be online and are not. */
  get missing(): number {
    return this.#members.filter(({ state, client }) => isOn(state) && !client.online).length;
  }

  /** Clients whose last update is not acknowledged. */
  get waiting(): number {
    return this.#members.filter(({ state, client }) => isOn(state) && client.online && !client.settled).length;
  }

  /** Whether all have arrived, online or not. */
  get isComplete(): boolean {
    return this.#members.every(({ state }) => state !== 'not there yet');
  }

  /** Does what has become due; to be called several times a second. */
  tick(): void {
    const now = this.#options.clock.now();
    for (const member of this.#members) {
      if (now - member.nextCheckAt > MISSED_INTERVALS * this.#options.intervalMs) member.nextCheckAt = now;
      // A late check does not shift the time of the next update.
      while (member.nextCheckAt <= now) {
        this.#check(member, member.nextCheckAt);
        member.nextCheckAt += member.phaseMs > 0 ? member.phaseMs : this.#options.intervalMs;
        member.phaseMs = 0;
      }
    }
  }

  close(): void {
    for (const { client } of this.#members) client.close();
  }

  #check(member: Member, dueAt: number): void {
    const { citizen, client } = member;
    const { state, isMoving, position } = citizen.at(dueAt);
    this.#setState(member, state);
    if (member.state !== 'reporting') return;
    // Also on arrival.
    const isTime = dueAt - member.reportedAt > RESTING_INTERVAL_MS - this.#options.intervalMs / 2;
    const hasNews = isMoving || member.wasMoving || isTime;
    member.wasMoving = isMoving;
    if (!hasNews) return;
    member.reportedAt = dueAt;
    const { lat, lng, ...sensors } = position;
    this.#options.observer.updateDue(citizen.user, { lat, lng, dueAt, isMoving });
    client.report({ user: citizen.user, atMs: dueAt, lat, lng, sensors });
  }

  #setState(member: Member, state: PhoneState): void {
    const { client, citizen } = member;
    const { observer } = this.#options;
    if (state === 'offline') {
      // Waits for an update in flight: its lost acknowledgement would count as a failure, and this is none.
      if (member.state === 'offline' || (client.online && !client.settled)) return;
      client.sleep();
      observer.becameInactive(citizen.user);
      observer.viewerLeft(citizen.user);
    } else {
      if (!isOn(member.state)) client.wake();
      if (state === 'quiet' && member.state !== 'quiet') observer.becameInactive(citizen.user);
    }
    if (member.state !== state) member.reportedAt = Number.NEGATIVE_INFINITY;
    member.state = state;
  }
}

function isOn(state: Member['state']): boolean {
  return state === 'reporting' || state === 'quiet';
}

function clientOf(user: UserId, index: number, options: CrowdOptions): SimulatedClient {
  const { url, tokens, transport, clock, observer, radiusMeters } = options;
  const address = sourceAddress(index);
  let hasToken = false;
  return new SimulatedClient({
    user,
    url,
    sourceAddress: address,
    transport,
    radiusMeters,
    setsRadius: radiusMeters !== undefined,
    clock,
    observer,
    fetchToken: async () => {
      const token = await (hasToken ? tokens.renew(user, address) : tokens.of(user, address));
      hasToken = true;
      return token;
    },
  });
}
