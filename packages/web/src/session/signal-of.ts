/** Makes what the client package lets one watch into a signal. */
import type { Observable } from '@nearby-friends/client';
import { type ReadonlySignal, signal } from '@preact/signals';

/** Follows for as long as the observable lives; both go together. */
export function signalOf<T>(observable: Observable<T>): ReadonlySignal<T> {
  const followed = signal(observable.value);
  observable.subscribe((value) => {
    followed.value = value;
  });
  return followed;
}
