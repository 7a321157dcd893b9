/** A set of listeners that are notified in order of subscription. */

export class Listeners<T> {
  readonly #listeners = new Set<{ readonly call: (value: T) => void }>();

  /** Returns a function that unsubscribes the listener. */
  add(call: (value: T) => void): () => void {
    // Wrapped in an object, so that the same function can be added twice and removed once per subscription.
    const listener = { call };
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** An error of one listener is reported as uncaught, like with DOM events, and does not affect the others. */
  notify(value: T): void {
    // Listeners added or removed during the notification are not called.
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
