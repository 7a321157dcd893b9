/**
 * A screen of a React Native app (Expo): the friends who are near, while the app is in the foreground. Compiles in strict mode with
 * expo-location 57 and react-native 0.86.
 */
import type { GeolocationSource, NearbyConnection } from '@nearby-friends/client';
import { useNearbyFriends } from '@nearby-friends/client/react';
import * as Location from 'expo-location';
import { useEffect } from 'react';
import { AppState, FlatList, Text } from 'react-native';

/** The phone's location in the form of a browser's `navigator.geolocation`, for the option `geolocation` of `connect`. */
export const phoneLocation: GeolocationSource = {
  watchPosition(onFix, onFailure) {
    const watch = ++lastWatch;
    const start = async (): Promise<void> => {
      const { granted } = await Location.requestForegroundPermissionsAsync();
      if (!granted) return onFailure({ code: 1, message: 'not allowed' });
      const options = { accuracy: Location.Accuracy.High, timeInterval: 1_000 };
      const subscription = await Location.watchPositionAsync(options, (fix) => {
        const { latitude, longitude, accuracy, heading, speed } = fix.coords;
        onFix({
          coords: { latitude, longitude, accuracy: accuracy ?? 1_000, heading, speed },
          timestamp: fix.timestamp,
        });
      });
      // Ended before the system had started it.
      if (ended.delete(watch)) subscription.remove();
      else subscriptions.set(watch, subscription);
    };
    start().catch((error: Error) => onFailure({ code: 2, message: error.message }));
    return watch;
  },
  clearWatch(watch) {
    const subscription = subscriptions.get(watch);
    if (subscription === undefined) ended.add(watch);
    subscription?.remove();
    subscriptions.delete(watch);
  },
};
let lastWatch = 0;
const ended = new Set<number>();
const subscriptions = new Map<number, Location.LocationSubscription>();

/** `connection`: of `connect({ url, getToken, device, geolocation: phoneLocation })`, with a `device` name that the app stores. */
export function NearbyScreen({ connection }: { readonly connection: NearbyConnection }) {
  const friends = useNearbyFriends(connection);
  useEffect(() => {
    const watch = connection.watchPosition({ onError: ({ message }) => console.warn(message) });
    const look = (): void => connection.setViewing(AppState.currentState === 'active');
    const appState = AppState.addEventListener('change', look);
    look();
    return () => {
      appState.remove();
      connection.setViewing(false);
      watch.stop();
    };
  }, [connection]);
  return (
    <FlatList
      data={friends}
      keyExtractor={({ id }) => id}
      renderItem={({ item: { id, distance } }) => (
        <Text>
          {id} · {Math.round(distance)} m
        </Text>
      )}
    />
  );
}
