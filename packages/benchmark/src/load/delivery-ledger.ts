/** Counts which positions reached which viewers, and how long after they were meant to be sent. */
import { Timings } from '@nearby-friends/simulator/timings';
import { isIn, type RunPlan, type Schedule } from './schedule.ts';
import type { SocialGraph } from './social-graph.ts';

interface DeliveryCount {
  /** Pairs of a measured position and a viewer who must see it. */
  readonly expected: number;
  /** Of these, shown in time: it, or a newer one of that friend. */
  readonly onTime: number;
  /** Shown, but later than the bound. */
  readonly late: number;
}

interface Run {
  readonly plan: RunPlan;
  readonly schedule: Schedule;
  readonly expected: number;
  readonly latencies: Timings;
}

const NOTHING_SEEN = -1;

/**
 * A delivery is a (position, viewer) pair whose viewer's list shows that position or a newer one of that friend. So an
 * arrival settles all reports of that friend since the last one this viewer saw, each with its own latency.
 */
export class DeliveryLedger {
  readonly #graph: SocialGraph;
  /** Per viewer, in the order of the viewer's friends: the newest position seen, ms since the benchmark's beginning. */
  readonly #seen = new Map<number, Float64Array>();
  #run: Run | null = null;

  constructor(graph: SocialGraph, viewers: readonly number[]) {
    this.#graph = graph;
    for (const viewer of viewers) {
      this.#seen.set(viewer, new Float64Array(graph.friendsOf(viewer).length).fill(NOTHING_SEEN));
    }
  }

  begin(plan: RunPlan, schedule: Schedule): void {
    this.#run = { plan, schedule, expected: this.#countExpected(plan, schedule), latencies: new Timings() };
  }

  /** Whether all that is measured has arrived, in time or late; false when there is no run. */
  get isComplete(): boolean {
    return this.#run !== null && this.#run.latencies.total >= this.#run.expected;
  }

  /** The viewer's client shows `friend` where it was at `sentAtMs`; it is now `nowMs`. */
  arrived(viewer: number, friend: number, sentAtMs: number, nowMs: number): void {
    const seen = this.#seen.get(viewer);
    if (seen === undefined) return;
    const place = placeOf(this.#graph.friendsOf(viewer), friend);
    const before = seen[place];
    if (before === undefined || sentAtMs <= before) return;
    seen[place] = sentAtMs;
    const run = this.#run;
    if (run === null || !isIn(run.plan.viewers, viewer) || !isIn(run.plan.senders, friend)) return;
    const { schedule, plan, latencies } = run;
    const last = Math.min(schedule.updateAt(friend, sentAtMs), schedule.afterMeasured(friend) - 1);
    const settled = before < plan.startMs ? -1 : schedule.updateAt(friend, before);
    for (let report = Math.max(settled + 1, schedule.firstMeasured(friend)); report <= last; report += 1) {
      latencies.add(nowMs - schedule.timeOf(friend, report));
    }
  }

  /** How many of the viewer's friends are shown where they were before `newest`, ms since the benchmark's beginning. */
  outdated(viewer: number, newest: ReadonlyMap<number, number>): number {
    let count = 0;
    for (const [place, friend] of this.#graph.friendsOf(viewer).entries()) {
      const shown = this.#seen.get(viewer)?.[place] ?? NOTHING_SEEN;
      if (shown < (newest.get(friend) ?? NOTHING_SEEN)) count += 1;
    }
    return count;
  }

  /** Ends the run; throws when there is none. */
  end(): DeliveryCount & { readonly latencies: Timings } {
    const run = this.#run;
    if (run === null) throw new Error('no run has begun');
    this.#run = null;
    const late = run.latencies.longerThan(run.plan.onTimeMs);
    return {
      expected: run.expected,
      onTime: run.latencies.total - late,
      late,
      latencies: run.latencies,
    };
  }

  #countExpected(plan: RunPlan, schedule: Schedule): number {
    let expected = 0;
    for (const viewer of this.#seen.keys()) {
      if (!isIn(plan.viewers, viewer)) continue;
      for (const friend of this.#graph.friendsOf(viewer)) {
        if (isIn(plan.senders, friend)) expected += schedule.afterMeasured(friend) - schedule.firstMeasured(friend);
      }
    }
    return expected;
  }
}

/** By bisection; −1 when the friend is none. */
function placeOf(friends: Int32Array, friend: number): number {
  let low = 0;
  let high = friends.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = friends[middle] ?? 0;
    if (found === friend) return middle;
    if (found < friend) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
