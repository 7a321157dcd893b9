/** A value that changes and can be watched; fits React's `useSyncExternalStore` and everything like it. */

export interface Observable<T> {
  /** As it is now. The same object for as long as nothing has changed. */
  readonly value: T;
  /** Calls `listener` at every change from now on, not with the value of now. Returns the way to end that. */
  subscribe(listener: (value: T) => void): () => void;
}

/** The side of whoever sets the value. */
export class MutableObservable<T> implements Observable<T> {
  #value: T;
  readonly #listeners = new Set<{ readonly call: (value: T) => void }>();

  constructor(value: T) {
    this.#value = value;
    // So that both can be handed on without their object, as hooks do.
    this.subscribe = this.subscribe.bind(this);
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    // Whoever comes or goes while they are called is not part of this round.
    for (const listener of [...this.#listeners]) {
      if (this.#listeners.has(listener)) listener.call(value);
    }
  }

  subscribe(call: (value: T) => void): () => void {
    // An object of its own, so that one function may be subscribed twice and each time be taken back once.
    const listener = { call };
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}
