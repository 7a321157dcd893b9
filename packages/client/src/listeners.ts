/** Those who want to be told of something. */

export class Listeners<T> {
  readonly #listeners = new Set<{ readonly call: (value: T) => void }>();

  /** Returns the way to take it back. */
  add(call: (value: T) => void): () => void {
    // An object of its own, so that one function may be added twice and each time be taken back once.
    const listener = { call };
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** What one of them throws is reported as uncaught, as the platform's own events do it, and keeps nobody from hearing. */
  tell(value: T): void {
    // Whoever comes or goes meanwhile is not part of this round.
    for (const listener of [...this.#listeners]) {
      if (!this.#listeners.has(listener)) continue;
      try {
        listener.call(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
