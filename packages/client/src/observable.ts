/** A value that changes and can be watched; fits React's `useSyncExternalStore` and everything like it. */
import { Listeners } from './listeners.ts';

/** A value that changes. `subscribe` needs no `this`. */
export interface Observable<T> {
  /** As it is now. The same object for as long as nothing has changed. */
  readonly value: T;
  /** Calls `listener` at every change from now on, not with the value of now. Returns the way to end that. */
  subscribe(listener: (value: T) => void): () => void;
}

/** The side of whoever sets the value. */
export class MutableObservable<T> implements Observable<T> {
  #value: T;
  readonly #listeners = new Listeners<T>();

  constructor(value: T) {
    this.#value = value;
    // So that it can be handed on without its object, as hooks do.
    this.subscribe = this.subscribe.bind(this);
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    this.#listeners.tell(value);
  }

  subscribe(listener: (value: T) => void): () => void {
    return this.#listeners.add(listener);
  }
}
