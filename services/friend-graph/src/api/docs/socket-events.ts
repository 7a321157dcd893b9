/** Every event of the socket protocol, for its document and its page. */
import {
  type Ack,
  type AckFailure,
  type ClientToServerEvents,
  connectionClosingSchema,
  type DeviceShareAck,
  deviceSharedSchema,
  deviceShareSchema,
  ERROR_CODES,
  type ErrorCodeName,
  friendsChangedSchema,
  handshakeAuthSchema,
  type LocationUpdateAck,
  locationUpdateSchema,
  nearbyChangesSchema,
  nearbySnapshotSchema,
  paceSetSchema,
  radiusSetSchema,
  type ServerToClientEvents,
  serverClockSchema,
  serverDrainingSchema,
  sharingChangedSchema,
  tokenRefreshSchema,
  type ViewingSetAck,
  viewersChangedSchema,
  viewingSetSchema,
} from '@nearby-friends/protocol';
import { z } from 'zod';

interface SocketEvent {
  readonly summary: string;
  readonly payload: z.ZodType;
}
interface AcknowledgedEvent extends SocketEvent {
  /** The acknowledgement, if the client requests one. */
  readonly ack: z.ZodType<Ack>;
}

const codeSchema = z.enum(Object.keys(ERROR_CODES) as [ErrorCodeName, ...ErrorCodeName[]]);
const failureSchema = z.object({
  ok: z.literal(false),
  code: codeSchema,
  message: z.string(),
  retryable: z.boolean(),
  errors: z
    .array(z.object({ path: z.string(), message: z.string() }))
    .readonly()
    .exactOptional(),
}) satisfies z.ZodType<AckFailure>;
const doneSchema = z.object({ ok: z.literal(true) });

/** The type requires an entry for every event. */
export const CLIENT_EVENTS: Record<keyof ClientToServerEvents, AcknowledgedEvent> = {
  'location:update': {
    summary:
      'A position update. Unknown fields are ignored, and so is an accuracy, heading, speed or battery that says nothing ' +
      '(null, negative, out of range). A wrong time (at) is refused. A packet has at most 4 KB.',
    payload: locationUpdateSchema,
    ack: z.union([
      doneSchema.extend({ at: z.number(), shared: z.boolean(), conflated: z.boolean().optional() }),
      failureSchema,
    ]) satisfies z.ZodType<LocationUpdateAck>,
  },
  'device:share': {
    summary:
      'From now on the device of this connection shares my position, in place of any other device. One device shares at a ' +
      'time: the first that reports, until another one takes over with this event, or it has reported nothing for 120 s, ' +
      'or has left.',
    payload: deviceShareSchema,
    ack: z.union([doneSchema, failureSchema]) satisfies z.ZodType<DeviceShareAck>,
  },
  'radius:set': {
    summary: 'Radius of "near" for me. Stored in the profile, so that it applies to every device.',
    payload: radiusSetSchema,
    ack: z.union([doneSchema, failureSchema]),
  },
  'token:refresh': {
    summary:
      'A new token for the same user, before the old one expires. Otherwise the connection closes when it expires.',
    payload: tokenRefreshSchema,
    ack: z.union([doneSchema, failureSchema]),
  },
  'viewing:set': {
    summary:
      'Whether a person looks at my list now. Holds for 90 s: repeat it every 45 s while it is so, and after a reconnect. The ' +
      'friends on the list whom I see exactly are then asked to report faster (pace:set), for at most 10 minutes an hour.',
    payload: viewingSetSchema,
    ack: z.union([doneSchema, failureSchema]) satisfies z.ZodType<ViewingSetAck>,
  },
};

export const SERVER_EVENTS: Record<keyof ServerToClientEvents, SocketEvent> = {
  'nearby:snapshot': {
    summary:
      'The complete list, sorted by distance: after the first location:update of every connection, and whenever the ' +
      'list must be replaced.',
    payload: nearbySnapshotSchema,
  },
  'nearby:changes': {
    summary:
      'Changes since the last message, the newest value per friend. "removed" gives no reason: far, inactive, hidden, ' +
      'blocked and offline look alike.',
    payload: nearbyChangesSchema,
  },
  'friends:changed': {
    summary:
      'A friendship was requested, made or ended, or a friend has a new display name (renamed; userId is my own id where my ' +
      'name has changed): read the lists again. Sent to every device of the user; renamed at most every 10 s per friend.',
    payload: friendsChangedSchema,
  },
  'sharing:changed': {
    summary:
      'I have paused or resumed, on any device or through the API, or it has ended by itself: read /me/sharing again. ' +
      'Sent to every device of the user.',
    payload: sharingChangedSchema,
  },
  'viewers:changed': {
    summary:
      'What one of my viewers may see of me has changed or has ended by itself: read /viewers again. Sent to every ' +
      'device of the user. Viewers who come or go are told by friends:changed.',
    payload: viewersChangedSchema,
  },
  'server:clock': {
    summary:
      "The server's time, first on every connection. Ages and ends (`until`) are to be computed from it, since the " +
      'clock of a device may be wrong.',
    payload: serverClockSchema,
  },
  'device:shared': {
    summary: 'Another device of mine has begun to share my position; sent to every device of the user but that one.',
    payload: deviceSharedSchema,
  },
  'pace:set': {
    summary:
      'A friend looks: please report every `everyMs` until then, and as before after it. Sent to the device that shares, not ' +
      'below 20 % of battery. Ignoring it changes nothing else, and no friend can tell.',
    payload: paceSetSchema,
  },
  'server:draining': {
    summary: 'The transport closes soon; reconnect after the given time.',
    payload: serverDrainingSchema,
  },
  'connection:closing': {
    summary:
      'The server ends this connection now, and why. With retryable: false do not reconnect automatically: with ' +
      'too_many_connections the user has opened more connections, and this one was the most idle; with account_erased ' +
      'the account is gone for good, and a newer token would begin a new one.',
    payload: connectionClosingSchema,
  },
};

/** The handshake: its `auth`, and the `data` of `connect_error` when the connection is refused. */
export const HANDSHAKE: { readonly auth: z.ZodType; readonly refusal: z.ZodType } = {
  auth: handshakeAuthSchema,
  refusal: z.object({
    code: z.enum([
      'unauthorized',
      'token_expired',
      'token_not_yet_valid',
      'account_erased',
      'overloaded',
      'rate_limited',
      'protocol_version',
      'unavailable',
      'internal',
    ]),
    retryable: z.boolean(),
  }),
};

/** Meaning of the fields, in all events. */
export const FIELD_NOTES: Readonly<Record<string, string>> = {
  lat: 'Degrees north.',
  lng: 'Degrees east.',
  accuracy: 'Radius of the uncertainty, metres.',
  heading: 'Direction of travel, degrees clockwise from north.',
  speed: 'Metres per second.',
  battery: 'State of charge as sent by the phone; forwarded, never interpreted.',
  distance:
    'Great-circle distance in metres on a sphere of radius 6,371,008.8 m; for "approximate", to the grid point.',
  at:
    'When the position was taken, ms since the epoch by the server’s clock: as the client says, but not in the future, else ' +
    'when the server received it. Null counts as absent. 10 minutes old (the TTL) or older: stale_position; no finite ' +
    'number: invalid_payload. In the acknowledgement: the time of the position that counts, this one or a newer one. Of an ' +
    'approximate friend: a time of a fixed schedule, one to two minutes earlier.',
  precision: '"approximate": a grid point of about 1 km; accuracy, heading, speed and battery are absent.',
  staysVisibleSeconds:
    'The friend leaves the list when the position is this old, if its device reports rarely and has asked for more than the ' +
    'TTL of 10 minutes. Absent: at the TTL. Of an approximate friend: longer by what its time is earlier.',
  id: 'The friend.',
  userId: 'The other person.',
  now: 'Time of the server, ms since the epoch.',
  kind: 'What happened.',
  radiusMeters: 'Radius of "near", metres.',
  meters: 'New radius of "near", metres.',
  friends: 'All friends who are near now.',
  upserts: 'Friends who came near or moved.',
  removed: 'Friends who are no longer near.',
  reconnectInMs: 'Reconnect after this time, ms; different for each client.',
  token: 'A JWT.',
  on: 'Whether a person looks.',
  errors: 'For invalid_payload: the wrong fields.',
  path: 'The field, for example `lat`; empty for the whole payload.',
  everyMs: 'Time between two reports, ms.',
  until: 'Time of the server until which it holds, ms since the epoch.',
  protocolVersion: 'Protocol version of the client; an unsupported version is refused.',
  distances:
    'Who updates distances when the viewer moves. `client`: a friend is sent only when the friend changes, and the ' +
    'client measures from its own last position update; the server still decides who enters and leaves the list. ' +
    'Default, and for any other value: `server`.',
  device:
    'Name of the device, the same on all of its connections, so that it goes on sharing the position after a reconnect. ' +
    'Without it every connection counts as a device of its own.',
  shared:
    'Whether friends see this position: false while another device of mine shares. My own list follows it in any case.',
  thisDevice: 'Whether the device of this connection shares my position from now on.',
  ok: 'Whether it was accepted.',
  conflated: 'True if a newer update of the same burst has taken the place of this one; nothing is to be repeated.',
  code: 'Stable; for programs.',
  message: 'A sentence for a person.',
  retryable: 'Whether a retry makes sense: with a new token for token_expired, otherwise after a pause.',
};
