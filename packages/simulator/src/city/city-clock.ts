/** What time it is in the city, which may run faster than life and leave out its nights. */

interface CityClockOptions {
  /** Wall time at which the city begins, ms on any clock. */
  readonly startsAtMs: number;
  /** The city's time then, minutes of the day. */
  readonly startMinute: number;
  /** City seconds per second. */
  readonly pace: number;
  /** Each day goes from the first to the second (minutes of the day), then the next one begins. Default: around the clock. */
  readonly hours?: { readonly from: number; readonly to: number };
}

export interface CityTime {
  /** Since the beginning: 0 is the first day, a Monday. */
  readonly day: number;
  /** 0–1,440. */
  readonly minute: number;
}

const MINUTES_PER_DAY = 1_440;
const MS_PER_MINUTE = 60_000;

export class CityClock {
  readonly #options: CityClockOptions;
  readonly #from: number;
  readonly #length: number;

  /** Throws when it would begin outside of its hours. */
  constructor(options: CityClockOptions) {
    this.#options = options;
    const { from, to } = options.hours ?? { from: 0, to: MINUTES_PER_DAY };
    this.#from = from;
    this.#length = to - from;
    if (options.startMinute < from || options.startMinute >= to) throw new RangeError('the city begins in its night');
  }

  /** City seconds per second. */
  get pace(): number {
    return this.#options.pace;
  }

  /** Seconds of city time since the beginning, whatever the hours: how long things take. */
  secondsAt(wallMs: number): number {
    return ((wallMs - this.#options.startsAtMs) / 1_000) * this.#options.pace;
  }

  timeAt(wallMs: number): CityTime {
    const { startMinute, startsAtMs, pace } = this.#options;
    const minutes = startMinute - this.#from + ((wallMs - startsAtMs) / MS_PER_MINUTE) * pace;
    const day = Math.floor(minutes / this.#length);
    return { day, minute: this.#from + minutes - day * this.#length };
  }
}
