/** The columns in which measurements of load are shown. */
import { BUILD_TITLES } from '../deploy/deployed-build.ts';
import type { Measurement, Summary } from '../measure/measurement.ts';
import type { Column, Row } from '../report/result.ts';

export const MEASUREMENT_COLUMNS: readonly Column[] = [
  { key: 'build', label: 'build' },
  { key: 'clients', label: 'clients' },
  { key: 'offered', label: 'offered/s' },
  { key: 'delivered', label: 'delivered/s' },
  { key: 'cost', label: 'µs each', digits: 1 },
  { key: 'spread', label: '±', isShare: true },
  { key: 'gatewayCost', label: 'gateway', digits: 1 },
  { key: 'locationCost', label: 'location', digits: 1 },
  { key: 'friendGraphCost', label: 'friend-graph', digits: 1 },
  { key: 'redisCost', label: 'Redis', digits: 1 },
  { key: 'loadCost', label: 'load', digits: 1 },
  { key: 'p50', label: 'p50 ms' },
  { key: 'p99', label: 'p99 ms' },
  { key: 'late', label: 'late', isShare: true, digits: 1 },
  { key: 'missing', label: 'missing', isShare: true, digits: 1 },
  { key: 'framesPerDelivery', label: 'frames each', digits: 2 },
  { key: 'bytesPerDelivery', label: 'bytes each' },
  { key: 'sendLagP99', label: 'load lag p99 ms' },
];

export function measurementRow(measured: Measurement | Summary): Row {
  return { spread: null, ...measured, build: BUILD_TITLES[measured.build] };
}

/** One line for the person who waits. */
export function progressLine({ build, offered, cost, p99, late, missing }: Measurement): string {
  const lost = (100 * (late + missing)).toFixed(1);
  return `${build}: ${Math.round(offered)} deliveries/s offered, ${cost.toFixed(1)} µs each, p99 ${p99} ms, ${lost} % late or missing`;
}
