/** The metrics of one process (or of one of several nodes in a test process), in Prometheus form. */
import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import { Buckets, LabelledBuckets, LabelledCounts, type Sample } from './metric-series.ts';

type MetricType = 'counter' | 'gauge' | 'histogram';

/** Counts up: by `inc(count?)`, or by `inc({ label: value }, count?)` when it has labels. */
export type Counter<L extends string = never> = [L] extends [never]
  ? { inc(count?: number): void }
  : Pick<LabelledCounts<L>, 'inc'>;
export type Histogram = Pick<Buckets, 'observe' | 'startTimer'>;
export type LabelledHistogram = { of(value: string): Histogram };

/** Upper bounds of latency histograms, seconds. */
const LATENCY_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What is known of a metric without its values. */
export interface MetricDescription {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
}

/**
 * How often the event loop's lag is looked at; each look wakes the process. What the histogram says includes this time.
 */
const LAG_SAMPLE_INTERVAL_MS = 50;

export class Metrics {
  readonly registry = new Registry();

  counter(name: string, help: string): Counter;
  counter<const L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L>;
  counter(name: string, help: string, labelNames: readonly string[] = []): Counter | Counter<string> {
    if (labelNames.length > 0) {
      const counts = new LabelledCounts(labelNames);
      this.#register('counter', name, help, () => counts.samples());
      return counts;
    }
    let value = 0;
    this.#register('counter', name, help, () => [{ labels: {}, value }]);
    return {
      inc(count = 1) {
        value += count;
      },
    };
  }

  /** A counter that something else keeps, as a plain field; read when somebody asks for it. Null while not known. */
  counted(name: string, help: string, read: () => number | null): void {
    this.#register('counter', name, help, () => sampleOf(read()));
  }

  /** The same by one label: the fields' names are its values. */
  countedBy(name: string, help: string, label: string, read: () => Readonly<Record<string, number>>): void {
    this.#register('counter', name, help, () => samplesBy(label, read()));
  }

  /** A value that is read when somebody asks for it; null while it is not known. */
  gauge(name: string, help: string, read: () => number | null): void {
    this.#register('gauge', name, help, () => sampleOf(read()));
  }

  /** The same by one label. */
  gaugeBy(name: string, help: string, label: string, read: () => Readonly<Record<string, number>>): void {
    this.#register('gauge', name, help, () => samplesBy(label, read()));
  }

  latency(name: string, help: string): Histogram {
    return this.histogram(name, help, LATENCY_BUCKETS_SECONDS);
  }

  latencyBy(name: string, help: string, label: string): LabelledHistogram {
    const buckets = new LabelledBuckets(label, LATENCY_BUCKETS_SECONDS);
    this.#register('histogram', name, help, () => buckets.samples(name));
    return buckets;
  }

  histogram(name: string, help: string, bounds: readonly number[]): Histogram {
    const buckets = new Buckets(bounds);
    this.#register('histogram', name, help, () => buckets.samples(name));
    return buckets;
  }

  /** Node's own figures: heap, event-loop lag, open handles. Once per process. */
  collectProcess(): void {
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: LAG_SAMPLE_INTERVAL_MS });
  }

  /** All there are, by name. */
  async describe(): Promise<MetricDescription[]> {
    const metrics = (await this.registry.getMetricsAsJSON()) as unknown as MetricDescription[];
    return metrics.map(({ name, type, help }) => ({ name, type, help })).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The registry calls nothing but `get`; its type wants one of prom-client's own classes. */
  #register(type: MetricType, name: string, help: string, samples: () => Sample[]): void {
    const get = async () => ({ name, help, type, values: samples(), aggregator: 'sum' });
    this.registry.registerMetric({ name, help, type, get } as unknown as Metric);
  }
}

function sampleOf(value: number | null): Sample[] {
  return value === null ? [] : [{ labels: {}, value }];
}

function samplesBy(label: string, values: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(values).map(([key, value]) => ({ labels: { [label]: key }, value }));
}
