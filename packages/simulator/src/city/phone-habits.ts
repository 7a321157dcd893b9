/** When somebody's phone is on, and how full its battery is. */
import { between, type Random } from '../seeded-random.ts';

/**
 * `reporting`: online, and says where it is. `quiet`: online, but says nothing, as in a pocket. `offline`: no connection,
 * as in a tunnel or with an empty battery.
 */
export type PhoneState = 'reporting' | 'quiet' | 'offline';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** How long a phone reports between two silences on average, city seconds. */
export const MEAN_REPORTING_SECONDS = 2.5 * HOUR;
/** Most silences are short, some outlast the ten minutes after which a person drops out of the lists. */
const SHORT_SILENCE = { least: 3 * MINUTE, most: 20 * MINUTE };
const LONG_SILENCE = { least: 30 * MINUTE, most: 100 * MINUTE };
const LONG_SHARE = 0.2;
const OFFLINE_SHARE = 0.6;
/** Of the whole battery, per hour. */
const DRAIN = { least: 0.03, most: 0.06 };
const CHARGE_PER_HOUR = 0.4;
const EMPTIEST = 0.04;

export class PhoneHabits {
  readonly #random: Random;
  readonly #drainPerHour: number;
  #state: PhoneState = 'reporting';
  #until: number;
  #battery: number;
  #lastAt = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#drainPerHour = between(random, DRAIN.least, DRAIN.most);
    this.#battery = between(random, 0.4, 1);
    this.#until = this.#nextSilence(0);
  }

  /** 0–1, to the percent. */
  get battery(): number {
    return Math.round(this.#battery * 100) / 100;
  }

  /** At so many city seconds, never earlier than at the last call; `charges`: whether it lies at home meanwhile. */
  stateAt(seconds: number, charges: boolean): PhoneState {
    const hours = (seconds - this.#lastAt) / HOUR;
    this.#lastAt = seconds;
    const level = this.#battery + hours * (charges ? CHARGE_PER_HOUR : -this.#drainPerHour);
    this.#battery = Math.min(1, Math.max(EMPTIEST, level));
    while (seconds >= this.#until) {
      if (this.#state === 'reporting') {
        this.#state = this.#random() < OFFLINE_SHARE ? 'offline' : 'quiet';
        const silence = this.#random() < LONG_SHARE ? LONG_SILENCE : SHORT_SILENCE;
        this.#until += between(this.#random, silence.least, silence.most);
      } else {
        this.#state = 'reporting';
        this.#until = this.#nextSilence(this.#until);
      }
    }
    return this.#state;
  }

  /** Silences come at random: the time between two is exponentially distributed. */
  #nextSilence(from: number): number {
    return from - Math.log(1 - this.#random()) * MEAN_REPORTING_SECONDS;
  }
}
