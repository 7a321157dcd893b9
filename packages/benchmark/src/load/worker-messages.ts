/** The messages between the benchmark and its load processes. */
import type { Bins } from '@nearby-friends/simulator/timings';
import type { MeasuredBy } from './load-client.ts';
import type { GraphShape } from './social-graph.ts';

export interface WorkerSetup {
  /** The beginning of the benchmark's time, ms on the kernel's monotonic clock. */
  readonly beginningMs: number;
  readonly graph: GraphShape;
  readonly jwtSecret: string;
  readonly distances: MeasuredBy;
  /** The clients of this process. */
  readonly users: readonly number[];
  /** For each of them the port of its gateway. */
  readonly ports: readonly number[];
  /** Clients that are being connected at the same time. */
  readonly connectingAtOnce: number;
  /** The second octet of this process' source addresses, 1–255. */
  readonly network: number;
}

export interface RunReport {
  readonly expected: number;
  readonly onTime: number;
  readonly late: number;
  readonly latencies: Bins;
  /** How long after the intended time the load itself sent, ms. */
  readonly sendLags: Bins;
  /** While measuring. */
  readonly framesIn: number;
  readonly bytesIn: number;
  readonly updatesSent: number;
}

export interface WorkerStatus {
  readonly live: number;
  readonly clients: number;
  /** Since the process started: connections that ended by themselves, and the last reason. */
  readonly lost: number;
  readonly lastReason: string;
  /** Sign-ons since the last `returnTo`, from connecting to the first list, ms. */
  readonly signOns: Bins;
}

/** The times that users' last reports stand for, ms since the benchmark's beginning; who never reported is left out. */
export type LastUpdates = readonly (readonly [user: number, timeMs: number])[];

export interface Resumed {
  /** Until the last one had the newest, or until waiting was given up, ms. */
  readonly tookMs: number;
  /** (viewer, friend) pairs that did not show the newest then. */
  readonly outdated: number;
  /** By all clients of the process meanwhile. */
  readonly framesIn: number;
  readonly bytesIn: number;
}

export type WorkerResponse =
  | { readonly id: number; readonly ok: true; readonly result: unknown }
  | { readonly id: number; readonly ok: false; readonly reason: string };
