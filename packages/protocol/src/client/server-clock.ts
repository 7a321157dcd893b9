/** `server:clock`, server → client: the server's time, once for each connection, because the clocks of phones are often wrong. */
import { z } from 'zod';

export const SERVER_CLOCK = 'server:clock';
export const serverClockSchema = z.object({
  /** The clock that stamps positions and decides when a grant or a pause ends, ms since the epoch. */
  now: z.number(),
});
export type ServerClockMessage = z.infer<typeof serverClockSchema>;
