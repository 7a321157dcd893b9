/** Redis' clock as seen from this process: the one clock that orders positions across all gateways. */
import type { CancelTimer, Clock, Component, Logger } from '@nearby-friends/service-kit';
import type { Redis } from './redis-connection.ts';

const SAMPLE_INTERVAL_MS = 5_000;
/** A sample is trusted to half its round trip, so the quickest of the last few is the best. */
const KEPT_SAMPLES = 8;
/** While a process starts, its event loop is busy and one sample alone may be a slow one. */
const SAMPLES_AT_START = 3;
/** How far two good clocks may drift apart while samples are kept (40 s at 50 ppm). */
const DRIFT_MS = 2;

interface Sample {
  readonly offsetMs: number;
  readonly roundTripMs: number;
}

/**
 * Runs on the process' monotonic clock plus an offset measured as NTP does (RFC 5905, section 8, with one server
 * timestamp): the server's time is taken to be that of the middle of the round trip.
 */
export class RedisClock implements Component {
  readonly name = 'redis clock';
  readonly #redis: Redis;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #samples: Sample[] = [];
  #offsetMs = 0;
  #lastRoundTripMs: number | null = null;
  #cancel: CancelTimer = () => undefined;

  constructor(options: { redis: Redis; clock: Clock; logger: Logger }) {
    this.#redis = options.redis;
    this.#clock = options.clock;
    this.#logger = options.logger;
    // After a fail-over another machine's clock counts.
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

  /** ms since the epoch, whole. */
  now(): number {
    return Math.round(this.#clock.now() + this.#offsetMs);
  }

  /** How long Redis took for the last sample, ms; null before the first, and when the last one failed. */
  get lastRoundTripMs(): number | null {
    return this.#lastRoundTripMs;
  }

  #sampleQuietly(): void {
    this.#sample().catch((error: unknown) => {
      this.#lastRoundTripMs = null;
      this.#logger.debug({ reason: String(error) }, 'clock sample failed');
    });
  }

  async #sample(): Promise<void> {
    const asked = this.#clock.now();
    const [seconds, micros] = await this.#redis.time();
    const answered = this.#clock.now();
    const serverNow = Number(seconds) * 1000 + Number(micros) / 1000;
    const sample = { offsetMs: serverNow - (asked + answered) / 2, roundTripMs: answered - asked };
    this.#lastRoundTripMs = sample.roundTripMs;
    // The server's clock was set: what was measured before is no longer true.
    if (this.#samples.some((earlier) => contradict(earlier, sample))) this.#samples.length = 0;
    this.#samples.push(sample);
    if (this.#samples.length > KEPT_SAMPLES) this.#samples.shift();
    const best = this.#samples.reduce((a, b) => (b.roundTripMs < a.roundTripMs ? b : a));
    this.#offsetMs = best.offsetMs;
  }
}

/** Whether no offset lies within half a round trip of both. */
function contradict(a: Sample, b: Sample): boolean {
  return Math.abs(a.offsetMs - b.offsetMs) > (a.roundTripMs + b.roundTripMs) / 2 + DRIFT_MS;
}
