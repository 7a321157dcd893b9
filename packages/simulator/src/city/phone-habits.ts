/** When a phone reports, and the level of its battery. */
import { between, type Random } from '../plain/seeded-random.ts';

/**
 * `reporting`: online, and sends positions. `quiet`: online, but sends none, as in a pocket. `offline`: no connection, as in
 * a tunnel or with an empty battery.
 */
export type PhoneState = 'reporting' | 'quiet' | 'offline';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** Mean time between two pauses of a phone, city seconds. */
const MEAN_REPORTING_SECONDS = 2.5 * HOUR;
/** Most pauses are short, some exceed the TTL of ten minutes. */
const SHORT_PAUSE = { min: 3 * MINUTE, max: 20 * MINUTE };
const LONG_PAUSE = { min: 30 * MINUTE, max: 100 * MINUTE };
const LONG_SHARE = 0.2;
const OFFLINE_SHARE = 0.6;
/** Of the whole battery, per hour. */
const DRAIN = { min: 0.03, max: 0.06 };
const CHARGE_PER_HOUR = 0.4;
const MIN_BATTERY = 0.04;

export class PhoneHabits {
  readonly #random: Random;
  readonly #drainPerHour: number;
  #state: PhoneState = 'reporting';
  #until: number;
  #battery: number;
  #lastAt = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#drainPerHour = between(random, DRAIN.min, DRAIN.max);
    this.#battery = between(random, 0.4, 1);
    this.#until = this.#nextPause(0);
  }

  /** 0–1, to the percent. */
  get battery(): number {
    return Math.round(this.#battery * 100) / 100;
  }

  /** `seconds`: city time, never earlier than at the last call; `charges`: whether the phone is at home. */
  stateAt(seconds: number, charges: boolean): PhoneState {
    const hours = (seconds - this.#lastAt) / HOUR;
    this.#lastAt = seconds;
    const level = this.#battery + hours * (charges ? CHARGE_PER_HOUR : -this.#drainPerHour);
    this.#battery = Math.min(1, Math.max(MIN_BATTERY, level));
    while (seconds >= this.#until) {
      if (this.#state === 'reporting') {
        this.#state = this.#random() < OFFLINE_SHARE ? 'offline' : 'quiet';
        const pause = this.#random() < LONG_SHARE ? LONG_PAUSE : SHORT_PAUSE;
        this.#until += between(this.#random, pause.min, pause.max);
      } else {
        this.#state = 'reporting';
        this.#until = this.#nextPause(this.#until);
      }
    }
    return this.#state;
  }

  /** Pauses come at random: the time between two is exponentially distributed. */
  #nextPause(from: number): number {
    return from - Math.log(1 - this.#random()) * MEAN_REPORTING_SECONDS;
  }
}
