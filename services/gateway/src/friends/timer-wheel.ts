/** Calls things up when their time has come: many at once, at a coarse tick, without a timer for each. */

/**
 * Whoever owns the wheel turns it. An item stands on it once, at the first tick that begins after its time: noticed at
 * most one tick late, never early. Should the clock be set back, the ticks come again and what stands on them is still
 * there.
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

  /** How many items stand on it. */
  get size(): number {
    return this.#ticks.size;
  }

  has(item: Item): boolean {
    return this.#ticks.has(item);
  }

  /** Puts the item at `at` (ms), wherever it stood before. */
  put(item: Item, at: number): void {
    this.remove(item);
    // Never a tick that has been served already, or the item would wait for ever.
    const served = Math.min(this.#lastTick, this.#tickOf(this.#now()));
    const tick = Math.max(this.#tickOf(at), served) + 1;
    this.#ticks.set(item, tick);
    const bucket = this.#buckets.get(tick);
    if (bucket) bucket.add(item);
    else this.#buckets.set(tick, new Set([item]));
  }

  /** Nothing is left behind of an item that is taken off. */
  remove(item: Item): void {
    const tick = this.#ticks.get(item);
    if (tick === undefined) return;
    this.#ticks.delete(item);
    const bucket = this.#buckets.get(tick);
    bucket?.delete(item);
    if (bucket?.size === 0) this.#buckets.delete(tick);
  }

  /** Serves every tick up to now; an item is off the wheel when it is called up, and may be put on it again. */
  turn(onDue: (item: Item) => void): void {
    const current = this.#tickOf(this.#now());
    this.#lastTick = Math.min(this.#lastTick, current);
    while (this.#lastTick < current) {
      const tick = ++this.#lastTick;
      const bucket = this.#buckets.get(tick);
      if (!bucket) continue;
      this.#buckets.delete(tick);
      for (const item of bucket) {
        // Taken off, or put elsewhere, by one that was called up before it.
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
