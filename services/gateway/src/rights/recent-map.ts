/** A map that can forget what has not been put for long. */

export class RecentMap<Key, Value> {
  /** In the order of their times: whatever is put again moves to the end. */
  readonly #entries = new Map<Key, { readonly value: Value; readonly at: number }>();

  get size(): number {
    return this.#entries.size;
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  /** `at`: ms on a clock that never goes back. */
  put(key: Key, value: Value, at: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, at });
  }

  /** Costs no more than there is to forget. */
  forgetBefore(at: number): void {
    for (const [key, entry] of this.#entries) {
      if (entry.at >= at) return;
      this.#entries.delete(key);
    }
  }
}
