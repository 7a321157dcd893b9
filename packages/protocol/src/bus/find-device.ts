/** ingest → friend-graph: which registered device has this secret. */
import { z } from 'zod';
import { jsonCodec } from '../codec.ts';
import { deviceKindSchema, registeredDeviceIdSchema, staysVisibleSecondsSchema } from '../registered-device.ts';
import { userIdSchema } from '../user-id.ts';
import type { Method } from './method.ts';

const requestSchema = z.object({
  /** Whose device it must be; null: it is known by its secret alone. */
  user: userIdSchema.nullable(),
  /** SHA-256 of the secret's text, as hexadecimal digits. */
  secretHash: z.string().regex(/^[0-9a-f]{64}$/),
  /** Kind of the app that reports with it now, which is kept; absent: what is kept stays. */
  kind: deviceKindSchema.optional(),
});

const responseSchema = z.object({
  /** Null: there is none, it is removed, or it belongs to another user. */
  device: z
    .object({
      user: userIdSchema,
      id: registeredDeviceIdSchema,
      /** What reported last; absent: nothing has. */
      kind: deviceKindSchema.optional(),
      staysVisibleSeconds: staysVisibleSecondsSchema,
    })
    .nullable(),
});
export type FoundDevice = NonNullable<z.infer<typeof responseSchema>['device']>;

/**
 * Ask for every report, after its reception was stamped: a response that is kept, or a later stamp, would let a device report
 * that is removed meanwhile. Rejects with `unavailable` while PostgreSQL is: the caller then knows nothing about the secret.
 */
export const findDevice: Method<z.infer<typeof requestSchema>, z.infer<typeof responseSchema>> = {
  service: 'friend-graph',
  name: 'find-device',
  request: jsonCodec(requestSchema),
  response: jsonCodec(responseSchema),
};
