/** alerts → friend-graph: what these viewers have chosen. */
import { z } from 'zod';
import { alertRadiusMetersSchema, quietHoursSchema } from '../alert-settings.ts';
import { jsonCodec } from '../codec.ts';
import { userIdSchema } from '../user-id.ts';
import type { Method } from './method.ts';

/** Maximum number of viewers in one request. */
export const MAX_ALERT_SETTINGS = 64;

const chosenAlertsSchema = z.object({
  user: userIdSchema,
  radiusMeters: alertRadiusMetersSchema,
  quiet: quietHoursSchema.nullable(),
  /** Friends who are muted now. */
  muted: z.array(userIdSchema),
});
export type ChosenAlerts = z.infer<typeof chosenAlertsSchema>;

const requestSchema = z.object({ users: z.array(userIdSchema).max(MAX_ALERT_SETTINGS) });
const responseSchema = z.object({ chosen: z.array(chosenAlertsSchema) });

/** The response lacks users whose alerts are off. */
export const alertSettingsOf: Method<z.infer<typeof requestSchema>, z.infer<typeof responseSchema>> = {
  service: 'friend-graph',
  name: 'alert-settings-of',
  request: jsonCodec(requestSchema),
  response: jsonCodec(responseSchema),
};
