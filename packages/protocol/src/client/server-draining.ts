/** `server:draining`, server → client: the transport closes soon; reconnect after that time. */
import { z } from 'zod';

export const SERVER_DRAINING = 'server:draining';
export const serverDrainingSchema = z.object({ reconnectInMs: z.number().int().min(0) });
export type ServerDraining = z.infer<typeof serverDrainingSchema>;
