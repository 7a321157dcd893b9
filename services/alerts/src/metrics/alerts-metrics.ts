/** The metrics of alerts. */
import type { Counter, Histogram, Metrics } from '@nearby-friends/service-kit';

export interface AlertsMetrics {
  readonly looks: Counter<'outcome'>;
  readonly lookSeconds: Histogram;
  readonly alerts: Counter<'kind' | 'outcome'>;
  readonly pushes: Counter<'outcome'>;
  readonly pushSeconds: Histogram;
  readonly malformedMessages: Counter;
  /** Read by gauges. */
  readonly last: { viewers: number };
}

export function createAlertsMetrics(metrics: Metrics): AlertsMetrics {
  const last = { viewers: 0 };
  metrics.gauge('nearby_alerts_viewers', 'Viewers with alerts that this replica looks after.', () => last.viewers);
  return {
    last,
    looks: metrics.counter('nearby_alerts_looks_total', 'Looks for friends who have come near, by outcome.', [
      'outcome',
    ]),
    lookSeconds: metrics.histogram(
      'nearby_alerts_look_seconds',
      'Duration of one look at all viewers of this replica.',
      [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60],
    ),
    alerts: metrics.counter(
      'nearby_alerts_total',
      'Alerts that were due, by kind (near, requested, accepted) and outcome: sent, withheld by rights or settings, or failed.',
      ['kind', 'outcome'],
    ),
    pushes: metrics.counter(
      'nearby_alerts_pushes_total',
      'Requests to push services, by outcome: accepted, gone, retried, refused, failed, or dropped since too many waited.',
      ['outcome'],
    ),
    pushSeconds: metrics.histogram(
      'nearby_alerts_push_seconds',
      'Time from a request to a push service to its response.',
      [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    ),
    malformedMessages: metrics.counter(
      'nearby_malformed_messages_total',
      'Messages from the bus that could not be decoded.',
    ),
  };
}
