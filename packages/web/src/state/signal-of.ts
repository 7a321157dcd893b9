/** Converts an observable of the client package to a signal. */
import type { Observable } from '@nearby-friends/client';
import { type ReadonlySignal, signal } from '@preact/signals';

/** Subscribes for the lifetime of the observable. */
export function signalOf<T>(observable: Observable<T>): ReadonlySignal<T> {
  const mirrored = signal(observable.value);
  observable.subscribe((value) => {
    mirrored.value = value;
  });
  return mirrored;
}
