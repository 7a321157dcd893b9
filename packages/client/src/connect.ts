/** Puts a connection together: the one place that knows all its parts. */
import { AccessToken } from './access-token.ts';
import { apiOver } from './api/create-api.ts';
import { HttpCaller } from './api/http-caller.ts';
import { systemClock } from './clock.ts';
import type { ConnectOptions } from './connect-options.ts';
import { ConnectionKeeper } from './connection/connection-keeper.ts';
import { isLocationTaken } from './connection/message-checks.ts';
import { NearbyList, POSITION_TTL_MS } from './connection/nearby-list.ts';
import { NewestSender } from './connection/newest-sender.ts';
import { watchPosition } from './connection/position-watch.ts';
import { ServerClock } from './connection/server-clock.ts';
import { EVENTS, openSocket } from './connection/socket.ts';
import { TokenRefresher } from './connection/token-refresher.ts';
import { deviceGeolocation, onNetworkBack, pageAttention } from './device.ts';
import { Listeners } from './listeners.ts';
import type { NearbyConnection, PositionWatch } from './nearby-connection.ts';
import { NearbyError } from './nearby-error.ts';
import { MutableObservable } from './observable.ts';
import type { FriendsChanged, Position } from './wire-messages.ts';

/**
 * Connects, and stays connected until `close()`. Returns at once; `status` tells how it goes.
 * Throws a `TypeError` when `url` is no address, or there is neither `token` nor `getToken`.
 */
export function connect(options: ConnectOptions): NearbyConnection {
  const { url, clock = systemClock, random = Math.random, attention = pageAttention, headers = {} } = options;
  const { positionTtlMs = POSITION_TTL_MS, transports = ['websocket', 'polling'] } = options;
  const fetch = options.fetch ?? ((...call) => globalThis.fetch(...call));
  const onProblem = options.onProblem ?? (() => undefined);

  // Here and not at the first attempt, where nobody would hear of it.
  new URL(url);
  const serverClock = new ServerClock(clock);
  const token = new AccessToken(options, () => serverClock.now());
  const list = new NearbyList({ serverClock, clock, ttlMs: positionTtlMs });
  const radius = new MutableObservable<number | undefined>(undefined);
  const friendsChanged = new Listeners<FriendsChanged>();
  const watches = new Set<PositionWatch>();
  /** What was last to be told, and since when. */
  let last: { readonly position: Position; readonly at: number } | undefined;

  const positions = new NewestSender({
    clock,
    async emit(position: Position) {
      const sentAt = clock.now();
      // As it is sent: whose position it is may change it meanwhile.
      const place = { lat: position.lat, lng: position.lng };
      const answer = await keeper.emit(EVENTS.locationUpdate, position).catch((error: NearbyError) => {
        // What cannot be kept for others has moved the viewer all the same.
        if (error.code === 'unavailable') list.moveTo(place);
        // What was refused is not to be repeated.
        if (!error.retryable && last?.position === position) last = undefined;
        throw error;
      });
      if (!isLocationTaken(answer)) {
        const message = 'The server took a position without saying when. Update the app.';
        throw new NearbyError({ code: 'bad_answer', message, retryable: false });
      }
      serverClock.observe(answer.at, sentAt, clock.now());
      list.moveTo(place);
      return { at: answer.at };
    },
  });
  const radii = new NewestSender({
    clock,
    async emit(meters: number) {
      await keeper.emit(EVENTS.radiusSet, { meters });
      radius.set(meters);
    },
  });
  const refresher = new TokenRefresher({
    token,
    show: (newer) => keeper.emit(EVENTS.tokenRefresh, { token: newer }),
    onProblem,
    serverClock,
    clock,
  });
  const keeper = new ConnectionKeeper({
    open: (current, events) => openSocket({ url, token: current, transports, headers, events }),
    token,
    clock,
    random,
    events: {
      online(current) {
        list.connected();
        refresher.online(current);
        radii.online();
        // The list begins with a position; one that is too old would say what is not so any more.
        if (last && clock.now() - last.at < positionTtlMs) positions.repeat(last.position);
        positions.online();
      },
      offline() {
        refresher.offline();
        radii.offline();
        positions.offline();
      },
      closed(error) {
        refresher.offline();
        for (const watch of watches) watch.stop();
        list.stop();
        endNetworkBack();
        endAttention();
        const message = 'The connection has been closed. Connect again.';
        const reason = error ?? new NearbyError({ code: 'closed', message, retryable: false });
        radii.close(reason);
        positions.close(reason);
      },
      snapshot(message) {
        radius.set(message.radiusMeters);
        list.applySnapshot(message);
      },
      changes: (message) => list.applyChanges(message),
      friendsChanged: (message) => friendsChanged.tell(message),
      malformed: onProblem,
    },
  });
  const endNetworkBack = onNetworkBack(() => keeper.hurry());
  const endAttention = attention.onChange(() => {
    if (!attention.isHidden()) keeper.hurry();
  });

  const updateLocation = (position: Position): Promise<{ at: number }> => {
    last = { position, at: clock.now() };
    return positions.send(position);
  };
  keeper.start();
  return {
    nearby: list.shown,
    status: keeper.status,
    radiusMeters: radius,
    updateLocation,
    watchPosition(watchOptions = {}) {
      const geolocation = options.geolocation ?? deviceGeolocation();
      const watch = watchPosition(watchOptions, { report: updateLocation, geolocation, attention, clock });
      watches.add(watch);
      return {
        stop() {
          watches.delete(watch);
          watch.stop();
        },
      };
    },
    setRadius: (meters) => radii.send(meters),
    onFriendsChanged: (listener) => friendsChanged.add(listener),
    api: apiOver(new HttpCaller({ url, token, fetch, headers, clock })),
    close: () => keeper.close(),
  };
}
