/** `location:update`, client → server: the user's position. */
import { positionSchema } from '../position.ts';
import type { Ack } from './ack.ts';

export const LOCATION_UPDATE = 'location:update';
export const locationUpdateSchema = positionSchema;
/** `at`: the server's timestamp of this position, ms since the epoch. */
export type LocationUpdateAck = Ack<{ readonly at: number }>;
