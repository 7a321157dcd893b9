/** Runs many timers at a coarse tick, without a system timer for each. */

/**
 * The owner advances the wheel. An item is scheduled once, at the first tick that begins after its time: it is due at most
 * one tick late and never early. If the clock is set back, ticks are repeated and scheduled items are still there.
 */
export class TimerWheel<Item> {
  readonly #tickMs: number;
  readonly #now: () => number;
  readonly #buckets = new Map<number, Set<Item>>();
  readonly #ticks = new Map<Item, number>();
  #lastTick: number;

  constructor(options: { tickMs: number; now: () => number }) {
    this.#tickMs = options.tickMs;
    this.#now = options.now;
    this.#lastTick = this.#tickOf(options.now());
  }

  /** How many items are scheduled. */
  get size(): number {
    return this.#ticks.size;
  }

  has(item: Item): boolean {
    return this.#ticks.has(item);
  }

  /** Schedules the item at `at` (ms) in place of any earlier time. */
  schedule(item: Item, at: number): void {
    this.cancel(item);
    // A tick that has been served already does not come again.
    const served = Math.min(this.#lastTick, this.#tickOf(this.#now()));
    const tick = Math.max(this.#tickOf(at), served) + 1;
    this.#ticks.set(item, tick);
    const bucket = this.#buckets.get(tick);
    if (bucket) bucket.add(item);
    else this.#buckets.set(tick, new Set([item]));
  }

  /** Schedules the item at `at` (ms) unless it is scheduled then or earlier. */
  scheduleBy(item: Item, at: number): void {
    const tick = this.#ticks.get(item);
    if (tick === undefined || tick > this.#tickOf(at) + 1) this.schedule(item, at);
  }

  /** The wheel retains nothing of the item. */
  cancel(item: Item): void {
    const tick = this.#ticks.get(item);
    if (tick === undefined) return;
    this.#ticks.delete(item);
    const bucket = this.#buckets.get(tick);
    bucket?.delete(item);
    if (bucket?.size === 0) this.#buckets.delete(tick);
  }

  /** Passes each item that is due to `onDue`, which may schedule it again. */
  advance(onDue: (item: Item) => void): void {
    const current = this.#tickOf(this.#now());
    this.#lastTick = Math.min(this.#lastTick, current);
    while (this.#lastTick < current) {
      const tick = ++this.#lastTick;
      const bucket = this.#buckets.get(tick);
      if (!bucket) continue;
      this.#buckets.delete(tick);
      for (const item of bucket) {
        // Cancelled or rescheduled by an item before it.
        if (this.#ticks.get(item) !== tick) continue;
        this.#ticks.delete(item);
        onDue(item);
      }
    }
  }

  #tickOf(ms: number): number {
    return Math.floor(ms / this.#tickMs);
  }
}
