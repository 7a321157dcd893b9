/** The composition root of a connection: creates its parts and wires them. */
import { AccessToken } from './access-token.ts';
import { apiOver } from './api/create-api.ts';
import { HttpCaller } from './api/http-caller.ts';
import { baseUrl } from './base-url.ts';
import { systemClock } from './clock.ts';
import type { ConnectOptions } from './connect-options.ts';
import { ConnectionKeeper } from './connection/connection-keeper.ts';
import { NearbyList, POSITION_TTL_MS } from './connection/nearby-list.ts';
import { NewestSender } from './connection/newest-sender.ts';
import { openExplained } from './connection/open-explained.ts';
import { OwnPositionSender } from './connection/own-position-sender.ts';
import { Pace } from './connection/pace.ts';
import { watchPosition } from './connection/position-watch.ts';
import { ServerClock } from './connection/server-clock.ts';
import { EVENTS } from './connection/socket.ts';
import { TokenRefresher } from './connection/token-refresher.ts';
import { ViewingSender } from './connection/viewing-sender.ts';
import { deviceGeolocation, onNetworkRestored, pageVisibility } from './device.ts';
import { Listeners } from './listeners.ts';
import type { NearbyConnection, PositionWatch, TransportName } from './nearby-connection.ts';
import { NearbyError } from './nearby-error.ts';
import { MutableObservable } from './observable.ts';
import { OriginCheck } from './origin-check.ts';
import type { FriendsChanged } from './wire-messages.ts';

/**
 * Opens a connection that stays up until `close()`. Returns immediately; `status` reports the progress.
 * Throws a `NearbyError` (`invalid_option`) if `url` is not an http or https address, or if both `token` and `getToken` are missing.
 */
export function connect(options: ConnectOptions): NearbyConnection {
  const { clock = systemClock, random = Math.random, visibility = pageVisibility, headers = {} } = options;
  const { positionTtlMs = POSITION_TTL_MS, transports = ['websocket', 'polling'] } = options;
  const { device = randomDevice(random) } = options;
  const fetch = options.fetch ?? ((...call) => globalThis.fetch(...call));
  const onProblem = options.onProblem ?? (() => undefined);

  const base = baseUrl(options.url);
  const originCheck = new OriginCheck({ base, fetch });
  const serverClock = new ServerClock(clock);
  const token = new AccessToken(options, () => serverClock.now());
  const list = new NearbyList({ serverClock, clock, ttlMs: positionTtlMs });
  const radius = new MutableObservable<number | undefined>(undefined);
  const isSharing = new MutableObservable<boolean | undefined>(undefined);
  const transport = new MutableObservable<TransportName | undefined>(undefined);
  const friendsChanged = new Listeners<FriendsChanged>();
  const sharingChanged = new Listeners<undefined>();
  const viewersChanged = new Listeners<undefined>();
  const watches = new Set<PositionWatch>();

  const positionSender = new OwnPositionSender({
    emit: (position) => keeper.emit(EVENTS.locationUpdate, position),
    list,
    serverClock,
    clock,
    ttlMs: positionTtlMs,
    onShared: (isShared) => isSharing.set(isShared),
  });
  const radiusSender = new NewestSender({
    clock,
    async emit(meters: number) {
      await keeper.emit(EVENTS.radiusSet, { meters });
      radius.set(meters);
    },
  });
  const pace = new Pace({ serverClock, clock });
  const viewing = new ViewingSender({ send: (on) => keeper.emit(EVENTS.viewingSet, { on }), clock });
  const refresher = new TokenRefresher({
    token,
    send: (newer) => keeper.emit(EVENTS.tokenRefresh, { token: newer }),
    onProblem,
    serverClock,
    clock,
  });
  const keeper = new ConnectionKeeper({
    open: (current, events) =>
      openExplained(originCheck, { base, token: current, device, transports, headers, events }),
    token,
    clock,
    random,
    events: {
      online(current) {
        list.clearOwnPosition();
        refresher.online(current);
        radiusSender.online();
        viewing.online();
        // The server needs a position for the first list.
        positionSender.online();
      },
      offline() {
        refresher.offline();
        radiusSender.offline();
        viewing.offline();
        positionSender.offline();
        transport.set(undefined);
        isSharing.set(undefined);
      },
      closed(error) {
        refresher.offline();
        viewing.offline();
        pace.end();
        for (const watch of watches) watch.stop();
        list.stop();
        unwatchNetwork();
        unwatchVisibility();
        const message = 'The connection has been closed. Connect again.';
        const reason = error ?? new NearbyError({ code: 'closed', message, retryable: false });
        radiusSender.close(reason);
        positionSender.close(reason);
        transport.set(undefined);
        isSharing.set(undefined);
      },
      snapshot(message) {
        radius.set(message.radiusMeters);
        list.applySnapshot(message);
      },
      changes: (message) => list.applyChanges(message),
      friendsChanged: (message) => friendsChanged.notify(message),
      deviceShared: (isThisDevice) => isSharing.set(isThisDevice),
      paceSet: (message) => pace.set(message),
      sharingChanged: () => sharingChanged.notify(undefined),
      viewersChanged: () => viewersChanged.notify(undefined),
      serverClock: (now, begunAt) => serverClock.observe(now, begunAt, clock.now()),
      transport: (name) => transport.set(name),
      malformed: onProblem,
    },
  });
  const unwatchNetwork = onNetworkRestored(() => keeper.retryNow());
  const unwatchVisibility = visibility.onChange(() => {
    if (!visibility.isHidden()) keeper.retryNow();
  });

  keeper.start();
  return {
    nearby: list.shown,
    status: keeper.status,
    radiusMeters: radius,
    transport,
    isSharing,
    requestedIntervalMs: pace.everyMs,
    setViewing: (isViewing) => viewing.set(isViewing),
    serverNow: () => serverClock.now(),
    updateLocation: (position) => positionSender.send(position),
    watchPosition(watchOptions = {}) {
      const geolocation = options.geolocation ?? deviceGeolocation();
      const watch = watchPosition(watchOptions, {
        reporter: positionSender.reporter(),
        geolocation,
        visibility,
        requestedIntervalMs: pace.everyMs,
        clock,
      });
      watches.add(watch);
      return {
        stop() {
          watches.delete(watch);
          watch.stop();
        },
      };
    },
    async shareFromThisDevice() {
      await keeper.emit(EVENTS.deviceShare, {});
      isSharing.set(true);
    },
    setRadius: (meters) => radiusSender.send(meters),
    onFriendsChanged: (listener) => friendsChanged.add(listener),
    onSharingChanged: (listener) => sharingChanged.add(listener),
    onViewersChanged: (listener) => viewersChanged.add(listener),
    api: apiOver(new HttpCaller({ base, token, fetch, headers, clock })),
    close: () => keeper.close(),
  };
}

/** Not `crypto.randomUUID`, which browsers have on secure origins only. Two devices of one user must differ, nothing else. */
function randomDevice(random: () => number): string {
  return Array.from({ length: 4 }, () => Math.floor(random() * 2 ** 32).toString(36)).join('-');
}
