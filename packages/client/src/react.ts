/** React hooks, the only part of the package that depends on React. */
import { useCallback, useSyncExternalStore } from 'react';
import type { NearbyConnection } from './nearby-connection.ts';
import type { Observable } from './observable.ts';
import type { NearbyFriend } from './wire-messages.ts';

/** Returns the value of an observable and re-renders the component when it changes. */
export function useObservable<T>(observable: Observable<T>): T {
  const read = () => observable.value;
  const subscribe = useCallback((listener: () => void) => observable.subscribe(listener), [observable]);
  return useSyncExternalStore(subscribe, read, read);
}

/** Returns the friends who are near, nearest first. */
export function useNearbyFriends(connection: NearbyConnection): readonly NearbyFriend[] {
  return useObservable(connection.nearby);
}
