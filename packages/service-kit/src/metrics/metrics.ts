/** The metrics of one process (or of one of several nodes in a test process), kept by prom-client. */
import {
  collectDefaultMetrics,
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from 'prom-client';

type MetricType = 'counter' | 'gauge' | 'histogram';

type Labels<L extends string> = Readonly<Record<L, string | number>>;

/** Counts up: by `inc(count?)`, or by `inc({ label: value }, count?)` when it has labels. */
export type Counter<L extends string = never> = [L] extends [never]
  ? { inc(count?: number): void }
  : { inc(labels: Labels<L>, count?: number): void };

export interface Histogram {
  /** Throws unless the value is a finite number. */
  observe(value: number): void;
  /** Observes the seconds from this call to the call of the returned function. */
  startTimer(): () => void;
}

/** One histogram for each value of its label. The values come from a fixed set. */
export interface LabelledHistogram {
  labels(value: string): Histogram;
}

/** One value of a metric with several labels. */
export interface LabelledValue<L extends string> {
  readonly labels: Labels<L>;
  readonly value: number;
}

/** A metric without its values. */
export interface MetricDescription {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
}

/** Upper bounds of latency histograms, seconds. */
const LATENCY_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** How often the event loop's lag is sampled. Each sample wakes the process, and the measured lag includes this time. */
const LAG_SAMPLE_INTERVAL_MS = 50;

/**
 * Creates metrics in its own registry. A name can be registered once; registering it again throws.
 * Values that a `read` function returns are read at each scrape, so they cost nothing in between.
 */
export class Metrics {
  readonly registry = new Registry();

  counter(name: string, help: string): Counter;
  counter<const L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L>;
  counter(name: string, help: string, labelNames: readonly string[] = []): Counter | Counter<string> {
    return new PromCounter({ name, help, labelNames, registers: [this.registry] });
  }

  /** A counter over a plain field that is kept elsewhere; null while the value is unknown. */
  counted(name: string, help: string, read: () => number | null): void {
    this.#counterOf(name, help, [], () => withoutLabels(read()));
  }

  /** A counter by one label over plain fields: the names of the fields are the label's values. */
  countedBy(name: string, help: string, label: string, read: () => Readonly<Record<string, number>>): void {
    this.#counterOf(name, help, [label], () => byOneLabel(label, read()));
  }

  /** Null while the value is unknown. */
  gauge(name: string, help: string, read: () => number | null): void {
    this.#gaugeOf(name, help, [], () => withoutLabels(read()));
  }

  /** A gauge by one label, whose values are the keys of what `read` returns, or by several labels. */
  gaugeBy(name: string, help: string, label: string, read: () => Readonly<Record<string, number>>): void;
  gaugeBy<const L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    read: () => Iterable<LabelledValue<L>>,
  ): void;
  gaugeBy(
    name: string,
    help: string,
    label: string | readonly string[],
    read: (() => Readonly<Record<string, number>>) | (() => Iterable<LabelledValue<string>>),
  ): void {
    if (typeof label === 'string') {
      this.#gaugeOf(name, help, [label], () => byOneLabel(label, read() as Readonly<Record<string, number>>));
    } else {
      this.#gaugeOf(name, help, label, read as () => Iterable<LabelledValue<string>>);
    }
  }

  latency(name: string, help: string): Histogram {
    return this.histogram(name, help, LATENCY_BUCKETS_SECONDS);
  }

  latencyBy(name: string, help: string, label: string): LabelledHistogram {
    const buckets = [...LATENCY_BUCKETS_SECONDS];
    return new PromHistogram({ name, help, labelNames: [label], buckets, registers: [this.registry] });
  }

  /** `bounds` are the upper bounds of the buckets, ascending. A value equal to a bound counts below it. */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram {
    return new PromHistogram({ name, help, buckets: [...bounds], registers: [this.registry] });
  }

  /** Adds Node's own figures: heap, event-loop lag, open handles. Call it once per process. */
  collectProcess(): void {
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: LAG_SAMPLE_INTERVAL_MS });
  }

  /** All metrics, by name. */
  async describe(): Promise<MetricDescription[]> {
    const metrics = (await this.registry.getMetricsAsJSON()) as unknown as MetricDescription[];
    return metrics.map(({ name, type, help }) => ({ name, type, help })).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #counterOf(
    name: string,
    help: string,
    labelNames: readonly string[],
    read: () => Iterable<LabelledValue<string>>,
  ): void {
    new PromCounter({
      name,
      help,
      labelNames,
      registers: [this.registry],
      collect() {
        clear(this, labelNames);
        for (const { labels, value } of read()) this.inc(labels, value);
      },
    });
  }

  #gaugeOf(
    name: string,
    help: string,
    labelNames: readonly string[],
    read: () => Iterable<LabelledValue<string>>,
  ): void {
    new PromGauge({
      name,
      help,
      labelNames,
      registers: [this.registry],
      collect() {
        clear(this, labelNames);
        for (const { labels, value } of read()) this.set(labels, value);
      },
    });
  }
}

/** `reset()` alone sets a metric without labels to 0, which would report an unknown value as 0. */
function clear(metric: PromCounter | PromGauge, labelNames: readonly string[]): void {
  metric.reset();
  if (labelNames.length === 0) metric.remove({});
}

function withoutLabels(value: number | null): LabelledValue<never>[] {
  return value === null ? [] : [{ labels: {}, value }];
}

function byOneLabel(label: string, values: Readonly<Record<string, number>>): LabelledValue<string>[] {
  return Object.entries(values).map(([key, value]) => ({ labels: { [label]: key }, value }));
}
