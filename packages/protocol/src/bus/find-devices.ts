/** ingest → friend-graph: which registered devices have these secrets. */
import { z } from 'zod';
import { jsonCodec } from '../codec.ts';
import { deviceKindSchema, registeredDeviceIdSchema, staysVisibleSecondsSchema } from '../registered-device.ts';
import { userIdSchema } from '../user-id.ts';
import type { Method } from './method.ts';

/** Maximum number of secrets in one request. */
export const MAX_SOUGHT_DEVICES = 100;

const soughtSchema = z.object({
  /** Whose device it must be; null: it is known by its secret alone. */
  user: userIdSchema.nullable(),
  /** SHA-256 of the secret's text, as hexadecimal digits. */
  secretHash: z.string().regex(/^[0-9a-f]{64}$/),
  /** Kind of the app that reports with it now, which is kept; absent: what is kept stays. */
  kind: deviceKindSchema.optional(),
});
export type SoughtDevice = z.infer<typeof soughtSchema>;

const foundSchema = z.object({
  user: userIdSchema,
  id: registeredDeviceIdSchema,
  /** What reported last; absent: nothing has. */
  kind: deviceKindSchema.optional(),
  staysVisibleSeconds: staysVisibleSecondsSchema,
});
export type FoundDevice = z.infer<typeof foundSchema>;

const requestSchema = z.object({ devices: z.array(soughtSchema).max(MAX_SOUGHT_DEVICES) });
/** In the order of the request. Null: there is none, it is removed, or it belongs to another user. */
const responseSchema = z.object({ devices: z.array(foundSchema.nullable()) });

/** Rejects with `unavailable` while PostgreSQL is: the caller then knows nothing about the secrets. */
export const findDevices: Method<z.infer<typeof requestSchema>, z.infer<typeof responseSchema>> = {
  service: 'friend-graph',
  name: 'find-devices',
  request: jsonCodec(requestSchema),
  response: jsonCodec(responseSchema),
};
