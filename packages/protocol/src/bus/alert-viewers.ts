/** alerts → friend-graph: which viewers want alerts and can get them, one page in the order of ids. */
import { z } from 'zod';
import { jsonCodec } from '../codec.ts';
import { userIdSchema } from '../user-id.ts';
import type { Method } from './method.ts';

/** Maximum number of viewers on one page. */
export const MAX_ALERT_VIEWERS = 2_000;

const requestSchema = z.object({
  /** Last id of the previous page; null for the first one. */
  after: userIdSchema.nullable(),
});
const responseSchema = z.object({
  viewers: z.array(userIdSchema).max(MAX_ALERT_VIEWERS),
  /** Where the next page starts; null on the last one. */
  next: userIdSchema.nullable(),
});

/** Alerts are on, and there is a push subscription. */
export const alertViewers: Method<z.infer<typeof requestSchema>, z.infer<typeof responseSchema>> = {
  service: 'friend-graph',
  name: 'alert-viewers',
  request: jsonCodec(requestSchema),
  response: jsonCodec(responseSchema),
};
