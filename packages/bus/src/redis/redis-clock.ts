/** Redis' clock as measured by this process: the one clock that orders positions across all gateways. */
import type { CancelTimer, Clock, Component, Logger } from '@nearby-friends/service-kit';
import type { Redis } from './redis-connection.ts';

const SAMPLE_INTERVAL_MS = 5_000;
/** The error of a sample is at most half its round trip, so the fastest of the last few is the best. */
const KEPT_SAMPLES = 8;
/** At the start of a process its event loop is busy, so a single sample may be slow. */
const SAMPLES_AT_START = 3;
/** How far two good clocks may drift apart while samples are kept, ms (40 s at 50 ppm). */
const DRIFT_MS = 2;
/** A smaller step back is within what readers of the clock tolerate, see the script of the location service. */
export const MIN_SET_BACK_MS = 1_000;

interface Sample {
  readonly offsetMs: number;
  readonly roundTripMs: number;
}

/**
 * Runs on the process' monotonic clock plus an offset measured as NTP does (RFC 5905, section 8, with one server
 * timestamp): the server's time counts as that of the middle of the round trip. It runs backwards only when Redis' own
 * clock was set back, which {@link onSetBack} tells: by then held times lie in the future.
 */
export class RedisClock implements Component {
  readonly name = 'redis clock';
  readonly #redis: Redis;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #samples: Sample[] = [];
  readonly #setBackHandlers: ((ms: number) => void)[] = [];
  #offsetMs = 0;
  /** Round trip of the sample that the offset is from; null before the first one. */
  #offsetRoundTripMs: number | null = null;
  #timesSetBack = 0;
  #isMeasuring = false;
  #lastRoundTripMs: number | null = null;
  #cancel: CancelTimer = () => undefined;

  constructor(options: { redis: Redis; clock: Clock; logger: Logger }) {
    this.#redis = options.redis;
    this.#clock = options.clock;
    this.#logger = options.logger;
    // After a failover Redis may run on another machine, with another clock.
    this.#redis.on('ready', () => {
      this.#samples.length = 0;
      this.#sampleQuietly();
    });
  }

  async start(): Promise<void> {
    for (let i = 0; i < SAMPLES_AT_START; i++) await this.#sample();
    this.#cancel = this.#clock.every(SAMPLE_INTERVAL_MS, () => this.#sampleQuietly());
  }

  stop(): void {
    this.#cancel();
  }

  /** Whole ms since the Unix epoch. */
  now(): number {
    return Math.round(this.#clock.now() + this.#offsetMs);
  }

  /** Round trip of the last sample, ms; null before the first one and after a failed one. */
  get lastRoundTripMs(): number | null {
    return this.#lastRoundTripMs;
  }

  /** How often the clock was set back. */
  get timesSetBack(): number {
    return this.#timesSetBack;
  }

  /** Calls `handler` with the step, ms, after Redis' clock was set back by at least {@link MIN_SET_BACK_MS}. */
  onSetBack(handler: (ms: number) => void): void {
    this.#setBackHandlers.push(handler);
  }

  /** Measures at once, because the clock has shown to be wrong. Concurrent calls share a measurement. */
  measure(): void {
    if (!this.#isMeasuring) this.#sampleQuietly();
  }

  #sampleQuietly(): void {
    this.#isMeasuring = true;
    this.#sample()
      .catch((error: unknown) => {
        this.#lastRoundTripMs = null;
        this.#logger.debug({ reason: String(error) }, 'clock sample failed');
      })
      .finally(() => {
        this.#isMeasuring = false;
      });
  }

  async #sample(): Promise<void> {
    const requestedAt = this.#clock.now();
    const [seconds, micros] = await this.#redis.time();
    const receivedAt = this.#clock.now();
    const serverNow = Number(seconds) * 1000 + Number(micros) / 1000;
    const sample = { offsetMs: serverNow - (requestedAt + receivedAt) / 2, roundTripMs: receivedAt - requestedAt };
    this.#lastRoundTripMs = sample.roundTripMs;
    // The server's clock was set, so earlier samples are wrong.
    if (this.#samples.some((earlier) => contradict(earlier, sample))) this.#samples.length = 0;
    this.#samples.push(sample);
    if (this.#samples.length > KEPT_SAMPLES) this.#samples.shift();
    const best = this.#samples.reduce((a, b) => (b.roundTripMs < a.roundTripMs ? b : a));
    const earlierRoundTripMs = this.#offsetRoundTripMs;
    const setBackMs = Math.round(this.#offsetMs - best.offsetMs);
    this.#offsetMs = best.offsetMs;
    this.#offsetRoundTripMs = best.roundTripMs;
    if (earlierRoundTripMs === null) return;
    if (setBackMs - (earlierRoundTripMs + best.roundTripMs) / 2 >= MIN_SET_BACK_MS) this.#tellSetBack(setBackMs);
  }

  #tellSetBack(setBackMs: number): void {
    this.#timesSetBack++;
    this.#logger.warn({ setBackMs }, 'the clock of redis was set back');
    for (const handle of this.#setBackHandlers) handle(setBackMs);
  }
}

/** Whether no offset is within the error of both samples. */
function contradict(a: Sample, b: Sample): boolean {
  return Math.abs(a.offsetMs - b.offsetMs) > (a.roundTripMs + b.roundTripMs) / 2 + DRIFT_MS;
}
