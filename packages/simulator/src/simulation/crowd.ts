/** A city's people as real clients: each looks where they are at their own moments, and reports it. */
import type { UserId } from '@nearby-friends/protocol';
import type { Citizen } from '../city/citizen.ts';
import type { PhoneState } from '../city/phone-habits.ts';
import { type ClientObserver, SimulatedClient, type TransportChoice } from '../client/simulated-client.ts';
import { sourceAddress } from '../client/source-address.ts';
import type { KeptTokens } from '../client/tokens.ts';
import type { WallClock } from '../wall-clock.ts';
import type { DueReport } from './delivery-times.ts';

/** Told what is meant to happen, before any of it can fail. */
export interface CrowdObserver {
  /** A report was due at that time (ms of the crowd's clock), whether the phone can send it now or not. */
  reportDue(user: UserId, report: DueReport): void;
  /** The phone is quiet or offline on purpose. */
  fellSilent(user: UserId): void;
  /** The phone is offline on purpose: its owner sees no list. */
  viewerLeft(user: UserId): void;
}

export interface CrowdOptions {
  readonly citizens: readonly Citizen[];
  readonly url: string;
  readonly tokens: KeptTokens;
  readonly clock: WallClock;
  readonly observer: ClientObserver & CrowdObserver;
  readonly transport: TransportChoice;
  /** Metres; undefined leaves everybody's profile alone. */
  readonly radiusMeters?: number | undefined;
  /** How often somebody who is under way reports, ms. */
  readonly intervalMs: number;
  /** How many sign in per second. */
  readonly arrivalsPerSecond: number;
}

/** Somebody at rest reports so often, to the nearest look. */
export const RESTING_INTERVAL_MS = 30_000;
/** After a pause of this process that is longer than so many intervals, missed reports are not made up for. */
const MISSED_INTERVALS = 10;
/** Its multiples are spread evenly over the time between two looks, however many there are. */
const GOLDEN_RATIO = 0.618_033_988_75;

interface Member {
  readonly citizen: Citizen;
  readonly client: SimulatedClient;
  /** When they look next where they are; at first, when they arrive. */
  lookAt: number;
  reportedAt: number;
  wasMoving: boolean;
  state: PhoneState | 'not there yet';
  /** After the first look the next one comes this much later, so that not all look at once, ms. */
  phaseMs: number;
}

export class Crowd {
  readonly #options: CrowdOptions;
  readonly #members: readonly Member[];

  /** Everybody arrives from now on, one after the other; nothing happens without `tick`. */
  constructor(options: CrowdOptions) {
    this.#options = options;
    const now = options.clock.now();
    this.#members = options.citizens.map((citizen, index) => ({
      citizen,
      client: clientOf(citizen.user, index, options),
      lookAt: now + (index * 1_000) / options.arrivalsPerSecond,
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

  /** Whose phones are to be online and are not. */
  get missing(): number {
    return this.#members.filter(({ state, client }) => isOn(state) && !client.online).length;
  }

  /** Whose last report waits for its answer. */
  get waiting(): number {
    return this.#members.filter(({ state, client }) => isOn(state) && client.online && !client.settled).length;
  }

  /** Whether everybody has arrived, online or not. */
  get isComplete(): boolean {
    return this.#members.every(({ state }) => state !== 'not there yet');
  }

  /** Does what has become due; to be called several times a second. */
  tick(): void {
    const now = this.#options.clock.now();
    for (const member of this.#members) {
      if (now - member.lookAt > MISSED_INTERVALS * this.#options.intervalMs) member.lookAt = now;
      // Looking late does not shift when the next report is due.
      while (member.lookAt <= now) {
        this.#look(member, member.lookAt);
        member.lookAt += member.phaseMs > 0 ? member.phaseMs : this.#options.intervalMs;
        member.phaseMs = 0;
      }
    }
  }

  close(): void {
    for (const { client } of this.#members) client.close();
  }

  #look(member: Member, dueAt: number): void {
    const { citizen, client } = member;
    const { state, isMoving, position } = citizen.at(dueAt);
    this.#switch(member, state);
    if (member.state !== 'reporting') return;
    // Whoever has just arrived says so.
    const isTime = dueAt - member.reportedAt > RESTING_INTERVAL_MS - this.#options.intervalMs / 2;
    const hasNews = isMoving || member.wasMoving || isTime;
    member.wasMoving = isMoving;
    if (!hasNews) return;
    member.reportedAt = dueAt;
    const { lat, lng, ...sensors } = position;
    this.#options.observer.reportDue(citizen.user, { lat, lng, dueAt, isMoving });
    client.report({ user: citizen.user, atMs: dueAt, lat, lng, sensors });
  }

  #switch(member: Member, state: PhoneState): void {
    const { client, citizen } = member;
    const { observer } = this.#options;
    if (state === 'offline') {
      // What is under way is waited for: an answer that is not heard is somebody's failure, and this is none.
      if (member.state === 'offline' || (client.online && !client.settled)) return;
      client.sleep();
      observer.fellSilent(citizen.user);
      observer.viewerLeft(citizen.user);
    } else {
      if (!isOn(member.state)) client.wake();
      if (state === 'quiet' && member.state !== 'quiet') observer.fellSilent(citizen.user);
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
