/** The composition root of a connection: creates its parts and wires them. */
import { AccessToken } from './access-token.ts';
import { apiOver } from './api/create-api.ts';
import { HttpCaller } from './api/http-caller.ts';
import { systemClock } from './clock.ts';
import type { ConnectOptions } from './connect-options.ts';
import { ConnectionKeeper } from './connection/connection-keeper.ts';
import { isLocationAccepted } from './connection/message-checks.ts';
import { NearbyList, POSITION_TTL_MS } from './connection/nearby-list.ts';
import { NewestSender } from './connection/newest-sender.ts';
import { watchPosition } from './connection/position-watch.ts';
import { ServerClock } from './connection/server-clock.ts';
import { EVENTS, openSocket } from './connection/socket.ts';
import { TokenRefresher } from './connection/token-refresher.ts';
import { deviceGeolocation, onNetworkRestored, pageVisibility } from './device.ts';
import { Listeners } from './listeners.ts';
import type { NearbyConnection, PositionWatch } from './nearby-connection.ts';
import { NearbyError } from './nearby-error.ts';
import { MutableObservable } from './observable.ts';
import type { FriendsChanged, Position } from './wire-messages.ts';

/**
 * Opens a connection that stays up until `close()`. Returns immediately; `status` reports the progress.
 * Throws a `TypeError` if `url` is invalid, or if both `token` and `getToken` are missing.
 */
export function connect(options: ConnectOptions): NearbyConnection {
  const { url, clock = systemClock, random = Math.random, visibility = pageVisibility, headers = {} } = options;
  const { positionTtlMs = POSITION_TTL_MS, transports = ['websocket', 'polling'] } = options;
  const fetch = options.fetch ?? ((...call) => globalThis.fetch(...call));
  const onProblem = options.onProblem ?? (() => undefined);

  // Validates the url here, because an error of the first attempt would not reach the caller.
  new URL(url);
  const serverClock = new ServerClock(clock);
  const token = new AccessToken(options, () => serverClock.now());
  const list = new NearbyList({ serverClock, clock, ttlMs: positionTtlMs });
  const radius = new MutableObservable<number | undefined>(undefined);
  const friendsChanged = new Listeners<FriendsChanged>();
  const watches = new Set<PositionWatch>();
  /** The last position the app passed, which is sent again after a reconnect. */
  let lastReported: { readonly position: Position; readonly at: number } | undefined;

  const positionSender = new NewestSender({
    clock,
    async emit(position: Position) {
      const sentAt = clock.now();
      // A copy, because the caller may change the object before the response arrives.
      const sent = { lat: position.lat, lng: position.lng };
      const ack = await keeper.emit(EVENTS.locationUpdate, position).catch((error: NearbyError) => {
        // `unavailable` means not published to friends; the gateway has still moved the viewer.
        if (error.code === 'unavailable') list.setOwnPosition(sent);
        // A refused position is not sent again.
        if (!error.retryable && lastReported?.position === position) lastReported = undefined;
        throw error;
      });
      if (!isLocationAccepted(ack)) {
        const message = 'The server accepted a position without a time. Update the app.';
        throw new NearbyError({ code: 'bad_answer', message, retryable: false });
      }
      serverClock.observe(ack.at, sentAt, clock.now());
      list.setOwnPosition(sent);
      return { at: ack.at };
    },
  });
  const radiusSender = new NewestSender({
    clock,
    async emit(meters: number) {
      await keeper.emit(EVENTS.radiusSet, { meters });
      radius.set(meters);
    },
  });
  const refresher = new TokenRefresher({
    token,
    send: (newer) => keeper.emit(EVENTS.tokenRefresh, { token: newer }),
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
        list.clearOwnPosition();
        refresher.online(current);
        radiusSender.online();
        // The server needs a position for the first list. An expired one is not sent again.
        if (lastReported && clock.now() - lastReported.at < positionTtlMs) positionSender.repeat(lastReported.position);
        positionSender.online();
      },
      offline() {
        refresher.offline();
        radiusSender.offline();
        positionSender.offline();
      },
      closed(error) {
        refresher.offline();
        for (const watch of watches) watch.stop();
        list.stop();
        unwatchNetwork();
        unwatchVisibility();
        const message = 'The connection has been closed. Connect again.';
        const reason = error ?? new NearbyError({ code: 'closed', message, retryable: false });
        radiusSender.close(reason);
        positionSender.close(reason);
      },
      snapshot(message) {
        radius.set(message.radiusMeters);
        list.applySnapshot(message);
      },
      changes: (message) => list.applyChanges(message),
      friendsChanged: (message) => friendsChanged.notify(message),
      malformed: onProblem,
    },
  });
  const unwatchNetwork = onNetworkRestored(() => keeper.retryNow());
  const unwatchVisibility = visibility.onChange(() => {
    if (!visibility.isHidden()) keeper.retryNow();
  });

  const updateLocation = (position: Position): Promise<{ at: number }> => {
    lastReported = { position, at: clock.now() };
    return positionSender.send(position);
  };
  keeper.start();
  return {
    nearby: list.shown,
    status: keeper.status,
    radiusMeters: radius,
    updateLocation,
    watchPosition(watchOptions = {}) {
      const geolocation = options.geolocation ?? deviceGeolocation();
      const watch = watchPosition(watchOptions, { report: updateLocation, geolocation, visibility, clock });
      watches.add(watch);
      return {
        stop() {
          watches.delete(watch);
          watch.stop();
        },
      };
    },
    setRadius: (meters) => radiusSender.send(meters),
    onFriendsChanged: (listener) => friendsChanged.add(listener),
    api: apiOver(new HttpCaller({ url, token, fetch, headers, clock })),
    close: () => keeper.close(),
  };
}
