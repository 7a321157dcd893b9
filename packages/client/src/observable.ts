/** A value with change notifications, compatible with React's `useSyncExternalStore`. */
import { Listeners } from './listeners.ts';

/** A value with change notifications. `subscribe` does not depend on `this`. */
export interface Observable<T> {
  /** The current value. The same object until it changes. */
  readonly value: T;
  /** Calls `listener` at every later change, not with the current value. Returns a function that unsubscribes it. */
  subscribe(listener: (value: T) => void): () => void;
}

/** An observable with a setter. */
export class MutableObservable<T> implements Observable<T> {
  #value: T;
  readonly #listeners = new Listeners<T>();

  constructor(value: T) {
    this.#value = value;
    // Bound, because hooks pass `subscribe` without its object.
    this.subscribe = this.subscribe.bind(this);
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    this.#listeners.notify(value);
  }

  subscribe(listener: (value: T) => void): () => void {
    return this.#listeners.add(listener);
  }
}
