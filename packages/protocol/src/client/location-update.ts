/** `location:update`, client → server: the user's position. */
import { z } from 'zod';
import { positionSchema } from '../position.ts';
import type { Ack } from './ack.ts';

export const LOCATION_UPDATE = 'location:update';

/** A field that says nothing (null, negative, NaN, out of range) is left out (L1): phones send speed −1 for "unknown". */
const orAbsent = <T>(field: z.ZodType<T | undefined>) => field.catch(undefined);
const { accuracy, heading, speed, battery } = positionSchema.shape;

export const locationUpdateSchema = positionSchema.extend({
  accuracy: orAbsent(accuracy),
  heading: orAbsent(heading),
  speed: orAbsent(speed),
  battery: orAbsent(battery),
  /**
   * When the fix was taken, ms since the epoch; null or absent: now. A wrong one is refused and not left out (L2), since an
   * old position would count as new without it.
   */
  at: z
    .number({ error: 'must be a number of milliseconds since the epoch, or absent for a position taken now' })
    .nullish(),
});
/**
 * `at`: the server's timestamp of the position that counts, ms since the epoch: of this one, or of a newer one that the server
 * had already. `shared`: whether friends see it; false while another device of the user shares. `conflated`: a newer update of
 * the same burst has taken the place of this one, and the other fields are that one's.
 */
export type LocationUpdateAck = Ack<{
  readonly at: number;
  readonly shared: boolean;
  readonly conflated?: boolean | undefined;
}>;
