/** The metrics of one process (or of one of several nodes in a test process), in Prometheus form. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type { Counter, Histogram } from 'prom-client';

/** Upper bounds of latency histograms, seconds. */
const LATENCY_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A counter for the hot path: counting costs an addition, and the library sees the sum when somebody scrapes. */
export interface Tally {
  inc(by?: number): void;
}

export class Metrics {
  readonly registry = new Registry();

  counter<const L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  tally(name: string, help: string): Tally {
    let sum = 0;
    new Counter({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.reset();
        this.inc(sum);
      },
    });
    return {
      inc: (by = 1) => {
        sum += by;
      },
    };
  }

  /** A value that is read when somebody asks for it. */
  gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }

  latency(name: string, help: string): Histogram {
    return this.histogram(name, help, LATENCY_BUCKETS_SECONDS);
  }

  histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name, help, buckets, registers: [this.registry] });
  }

  /** Node's own figures: heap, event-loop lag, open handles. Once per process. */
  collectProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }
}
