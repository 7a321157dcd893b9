/** A map that can drop the entries that have not been set for long. */

export class RecentMap<Key, Value> {
  /** In the order of their times: an entry that is set again moves to the end. */
  readonly #entries = new Map<Key, { readonly value: Value; readonly at: number }>();

  get size(): number {
    return this.#entries.size;
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  /** `at`: ms on a clock that never goes back. */
  set(key: Key, value: Value, at: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, at });
  }

  clear(): void {
    this.#entries.clear();
  }

  /** Visits only the dropped entries. */
  forgetBefore(at: number): void {
    for (const [key, entry] of this.#entries) {
      if (entry.at >= at) return;
      this.#entries.delete(key);
    }
  }
}
