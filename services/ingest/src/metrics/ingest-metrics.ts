/** The metrics of ingest. */
import type { Counter, Histogram, Metrics } from '@nearby-friends/service-kit';

export interface IngestMetrics {
  readonly reports: Counter<'app' | 'outcome'>;
  readonly seconds: Histogram;
  readonly friendsSent: Counter;
  readonly answersWithheld: Counter;
  readonly implausibleMovements: Counter;
  readonly malformedMessages: Counter;
}

export function createIngestMetrics(metrics: Metrics): IngestMetrics {
  return {
    reports: metrics.counter(
      'nearby_ingest_reports_total',
      'Requests of background apps, by app and outcome: what became of the position, why there is none, or the error code.',
      ['app', 'outcome'],
    ),
    seconds: metrics.histogram(
      'nearby_ingest_seconds',
      'Time from the arrival of a background app’s request to its answer.',
      [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    ),
    friendsSent: metrics.counter('nearby_ingest_friends_sent_total', 'Friends’ positions in answers to OwnTracks.'),
    answersWithheld: metrics.counter(
      'nearby_ingest_answers_withheld_total',
      'Answers to OwnTracks without friends because their rights changed meanwhile, or were not certain.',
    ),
    implausibleMovements: metrics.counter(
      'nearby_implausible_movements_total',
      'Moves of background apps faster than MAX_PLAUSIBLE_SPEED.',
    ),
    malformedMessages: metrics.counter(
      'nearby_malformed_messages_total',
      'Messages from the bus that could not be decoded.',
    ),
  };
}
