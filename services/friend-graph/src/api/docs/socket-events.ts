/** Every event of the socket protocol: the table that its document and its page are made of. */
import {
  type Ack,
  type AckFailure,
  type ClientToServerEvents,
  ERROR_CODES,
  type ErrorCodeName,
  friendsChangedSchema,
  handshakeAuthSchema,
  type LocationUpdateAck,
  locationUpdateSchema,
  nearbyChangesSchema,
  nearbySnapshotSchema,
  radiusSetSchema,
  type ServerToClientEvents,
  serverDrainingSchema,
  tokenRefreshSchema,
} from '@nearby-friends/protocol';
import { z } from 'zod';

export interface SocketEvent {
  readonly summary: string;
  readonly payload: z.ZodType;
}
export interface AnsweredEvent extends SocketEvent {
  /** What a client that asks for an acknowledgement gets. */
  readonly ack: z.ZodType<Ack>;
}

const codeSchema = z.enum(Object.keys(ERROR_CODES) as [ErrorCodeName, ...ErrorCodeName[]]);
const failureSchema = z.object({
  ok: z.literal(false),
  code: codeSchema,
  message: z.string(),
  retryable: z.boolean(),
}) satisfies z.ZodType<AckFailure>;
const doneSchema = z.object({ ok: z.literal(true) });

/** The compiler holds the keys to be all there are. */
export const CLIENT_EVENTS: Record<keyof ClientToServerEvents, AnsweredEvent> = {
  'location:update': {
    summary: 'Here I am. Unknown fields are ignored; a packet has at most 4 KB.',
    payload: locationUpdateSchema,
    ack: z.union([doneSchema.extend({ at: z.number() }), failureSchema]) satisfies z.ZodType<LocationUpdateAck>,
  },
  'radius:set': {
    summary: 'How far "near" reaches for me. Kept in the profile, so it holds on every device.',
    payload: radiusSetSchema,
    ack: z.union([doneSchema, failureSchema]),
  },
  'token:refresh': {
    summary: 'A new token for the same user, before the old one ends. Without it, the connection is closed at the end.',
    payload: tokenRefreshSchema,
    ack: z.union([doneSchema, failureSchema]),
  },
};

export const SERVER_EVENTS: Record<keyof ServerToClientEvents, SocketEvent> = {
  'nearby:snapshot': {
    summary:
      'The whole list, sorted by distance: after the first location:update of every connection, and whenever the list ' +
      'must be replaced.',
    payload: nearbySnapshotSchema,
  },
  'nearby:changes': {
    summary:
      'Everything since the last message, the newest value per friend. "removed" gives no reason: far, silent, hidden, ' +
      'blocked and offline look alike.',
    payload: nearbyChangesSchema,
  },
  'friends:changed': {
    summary: 'A friendship was asked for, made or ended; on every device of the user.',
    payload: friendsChangedSchema,
  },
  'server:draining': {
    summary: 'The transport closes soon; reconnect after that time.',
    payload: serverDrainingSchema,
  },
};

/** How a connection begins: `auth` of the handshake, and what `connect_error` carries as `data` when it is refused. */
export const HANDSHAKE: { readonly auth: z.ZodType; readonly refusal: z.ZodType } = {
  auth: handshakeAuthSchema,
  refusal: z.object({
    code: z.enum(['unauthorized', 'token_expired', 'overloaded', 'protocol_version', 'unavailable', 'internal']),
    retryable: z.boolean(),
  }),
};

/** What a field means, wherever it occurs. */
export const FIELD_NOTES: Readonly<Record<string, string>> = {
  lat: 'Degrees north.',
  lng: 'Degrees east.',
  accuracy: 'Radius of the uncertainty, metres.',
  heading: 'Direction of travel, degrees clockwise from north.',
  speed: 'Metres per second.',
  battery: 'State of charge as the phone gives it; passed on, never interpreted.',
  distance: 'Great-circle metres on a sphere of radius 6,371,008.8 m; for "approximate" to the grid point.',
  at: 'When the server received the position, ms since the epoch.',
  precision: '"approximate": a grid point of about 1 km; accuracy, heading, speed and battery are absent.',
  id: 'The friend.',
  userId: 'The other person.',
  kind: 'What happened.',
  radiusMeters: 'How far "near" reaches, metres.',
  meters: 'How far "near" is to reach, metres.',
  friends: 'Everybody who is near now.',
  upserts: 'Who has come or moved.',
  removed: 'Who is not near any more.',
  reconnectInMs: 'Reconnect after this time, ms; each client is given another.',
  token: 'A JWT.',
  protocolVersion: 'The version that the client speaks; refused when it is not spoken here.',
  distances:
    'Who measures what changes because the viewer moves. `client`: friends are sent for news of theirs only, and the ' +
    'client measures from its own last report; who enters and who leaves is the server’s as ever. Default, and for anything else: `server`.',
  ok: 'Whether it was taken.',
  code: 'Stable; for programs.',
  message: 'A sentence for a person.',
  retryable: 'Whether coming back makes sense: with a new token for token_expired, else after a pause.',
};
