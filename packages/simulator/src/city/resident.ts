/** A person who lives in the city: sets out as their day plan says, and travels along its streets. */
import { distanceMeters } from '@nearby-friends/geo';
import { between, pick, type Random, randomOf } from '../plain/seeded-random.ts';
import type { AddressBook } from '../streets/address-book.ts';
import type { RouteFinder } from '../streets/find-route.ts';
import { Journey, type Motion } from '../streets/journey.ts';
import type { TravelMode } from '../streets/travel-mode.ts';
import type { CityClock, CityTime } from './city-clock.ts';
import { type Destination, type Intention, type Occupation, planDay } from './day-plan.ts';

/** What does not change about a person; places are addresses of the city. */
export interface Biography {
  readonly occupation: Occupation;
  readonly home: number;
  readonly work: number;
  /** Where they go in the evening. */
  readonly haunts: readonly number[];
  readonly vehicle: 'bike' | 'car' | 'none';
  readonly seed: number;
}

export interface ResidentOptions {
  readonly biography: Biography;
  readonly addresses: AddressBook;
  readonly routes: RouteFinder;
  readonly clock: CityClock;
}

/** Distance of lunches, errands, and rounds of deliveries, metres. */
const LUNCH_METERS = 350;
const ERRAND_METERS = 800;
const ROUND_METERS = 2_500;
/** Distances up to which people walk, and up to which they ride a bicycle if they have one, metres as the crow flies. */
const WALKS_METERS = 900;
const RIDES_METERS = 6_000;
/** Beyond this distance a person without a vehicle takes the bus, metres. */
const WALKS_WITHOUT_METERS = 1_500;
/** A person who set out longer ago than this before the city began has arrived, minutes. */
const MAX_AGO_MINUTES = 60;
/** A person who is out when a day begins goes home within this time, minutes. */
const HOMECOMING_MINUTES = 45;

interface UnderWay {
  readonly journey: Journey;
  /** City seconds. */
  readonly since: number;
  readonly to: number;
}

/** At an address, or under way to one. Follows one plan a day, in order; what cannot be reached is left out. */
export class Resident {
  readonly #options: ResidentOptions;
  readonly #random: Random;
  #address: number;
  #underWay: UnderWay | undefined;
  #day: number | undefined;
  #plan: Intention[] = [];
  /** City seconds of the end of the last journey, and of the last call of `motionAt`. */
  #arrivedAt = Number.NEGATIVE_INFINITY;
  #seenAt = Number.NEGATIVE_INFINITY;

  constructor(options: ResidentOptions) {
    this.#options = options;
    this.#random = randomOf(options.biography.seed, 1);
    this.#address = options.biography.home;
  }

  get isHome(): boolean {
    return this.#underWay === undefined && this.#address === this.#options.biography.home;
  }

  /** How they get about just now; undefined while they stay where they are. */
  get mode(): TravelMode | undefined {
    return this.#underWay?.journey.mode;
  }

  /** Where they are at that wall time (ms), which is never earlier than at the last call. */
  motionAt(wallMs: number): Motion {
    const seconds = this.#options.clock.secondsAt(wallMs);
    const time = this.#options.clock.timeAt(wallMs);
    this.#arrive(seconds);
    if (time.day !== this.#day) this.#beginDay(time);
    // After a long time without calls, several journeys may have passed.
    while (this.#underWay === undefined && this.#setOut(time, seconds)) this.#arrive(seconds);
    this.#seenAt = seconds;
    if (this.#underWay !== undefined) return this.#underWay.journey.at(seconds - this.#underWay.since);
    return { ...this.#options.addresses.placeOf(this.#address), speed: 0, heading: undefined };
  }

  #arrive(seconds: number): void {
    if (this.#underWay === undefined || seconds < this.#underWay.since + this.#underWay.journey.duration) return;
    this.#arrivedAt = this.#underWay.since + this.#underWay.journey.duration;
    this.#address = this.#underWay.to;
    this.#underWay = undefined;
  }

  #beginDay(time: CityTime): void {
    const { biography } = this.#options;
    const isFirst = this.#day === undefined;
    this.#day = time.day;
    this.#plan = planDay(biography.occupation, time.day, randomOf(biography.seed, 2, time.day));
    if (isFirst) this.#catchUp(time);
    else if (!this.isHome)
      this.#plan.unshift({ at: time.minute + between(this.#random, 0, HOMECOMING_MINUTES), to: 'home' });
    this.#plan.sort((a, b) => a.at - b.at);
  }

  /** The city begins in the middle of a day: early journeys are over, recent ones are still in progress. */
  #catchUp({ minute }: CityTime): void {
    const past = this.#plan.filter(({ at }) => at < minute);
    for (const { at, to } of past) {
      if (at >= minute - MAX_AGO_MINUTES) break;
      this.#address = this.#find(to);
      this.#plan.shift();
    }
  }

  /** Begins the next journey that is due; false when none is. */
  #setOut({ minute }: CityTime, seconds: number): boolean {
    const next = this.#plan[0];
    if (next === undefined || next.at > minute) return false;
    this.#plan.shift();
    const to = this.#find(next.to);
    const mode = this.#chooseMode(to);
    const legs = to === this.#address ? undefined : this.#options.routes.find(this.#address, to, mode);
    if (legs === undefined) return true;
    // After a skipped night, or a journey longer than planned, a person must not be where they had no time to go.
    const due = seconds - (minute - next.at) * 60;
    const since = Math.max(due, this.#arrivedAt, this.#seenAt);
    this.#underWay = { journey: new Journey(legs, mode, this.#random), since, to };
    return true;
  }

  #find(destination: Destination): number {
    const { biography, addresses } = this.#options;
    const around = (address: number, meters: number): number =>
      addresses.around(addresses.placeOf(address), meters, this.#random);
    switch (destination) {
      case 'home':
        return biography.home;
      case 'work':
        return biography.work;
      case 'lunch':
        return around(biography.work, LUNCH_METERS);
      case 'evening':
        return biography.haunts.length === 0 ? biography.home : pick(this.#random, biography.haunts);
      case 'errand':
        return biography.occupation === 'courier'
          ? around(biography.work, ROUND_METERS)
          : around(this.#address, ERRAND_METERS);
    }
  }

  #chooseMode(to: number): TravelMode {
    const { addresses, biography } = this.#options;
    if (biography.occupation === 'courier') return biography.vehicle === 'none' ? 'walk' : biography.vehicle;
    const [from, there] = [addresses.placeOf(this.#address), addresses.placeOf(to)];
    const meters = distanceMeters(from.lat, from.lng, there.lat, there.lng);
    if (meters <= WALKS_METERS) return 'walk';
    if (biography.vehicle === 'bike' && meters <= RIDES_METERS) return 'bike';
    if (biography.vehicle === 'car') return 'car';
    return meters <= WALKS_WITHOUT_METERS ? 'walk' : 'bus';
  }
}
