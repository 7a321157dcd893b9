/** Computes the drift of a figure that is sampled over time. */
import { slope } from './statistics.ts';

export interface Drift {
  /** Slope of the least-squares line. */
  readonly perMinute: number;
  /** The same as a share of the samples' mean. */
  readonly sharePerHour: number;
}

const MINUTES_PER_HOUR = 60;

/** NaN of fewer than two samples. */
export function driftOf(samples: readonly (readonly [minutes: number, value: number])[]): Drift {
  const perMinute = slope(samples);
  const mean = samples.reduce((sum, [, value]) => sum + value, 0) / samples.length;
  return { perMinute, sharePerHour: (perMinute * MINUTES_PER_HOUR) / mean };
}
