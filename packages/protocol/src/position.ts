/** A position as a phone reports it. */
import { z } from 'zod';

/** A finite number of `min`–`max`. Zod 4's `number` already refuses NaN and the infinities. */
const between = (min: number, max: number) => z.number().min(min).max(max);

/** Rule L1. Unknown fields are ignored, so that newer clients work with older servers. */
export const positionSchema = z.object({
  /** Degrees north, −90…90. */
  lat: between(-90, 90),
  /** Degrees east, −180…180. */
  lng: between(-180, 180),
  /** Radius of the position's uncertainty, metres. */
  accuracy: between(0, 100_000_000).optional(),
  /** Direction of travel, degrees clockwise from north. */
  heading: between(0, 360).optional(),
  /** Metres per second. */
  speed: between(0, 300_000).optional(),
  /** State of charge as the phone gives it: 0–1 or 0–100. Forwarded, never interpreted. */
  battery: between(0, 100).optional(),
});

export type Position = z.infer<typeof positionSchema>;
