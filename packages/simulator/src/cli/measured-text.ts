/** Writes durations and counts for a person. */
import type { Durations } from '../measure/timings.ts';

/** “120 times: median 4 ms, p95 9 ms, p99 31 ms, worst 80 ms”. */
export function durationText({ count, median, p95, p99, worst }: Durations): string {
  if (count === 0) return 'none';
  return `${count} times: median ${ms(median)}, p95 ${ms(p95)}, p99 ${ms(p99)}, worst ${ms(worst)}`;
}

export function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}

/** “overloaded 3, transport 1”, or “none”. */
export function countsText(byCode: Readonly<Record<string, number>>): string {
  const entries = Object.entries(byCode).map(([code, count]) => `${code} ${count}`);
  return entries.length === 0 ? 'none' : entries.join(', ');
}
