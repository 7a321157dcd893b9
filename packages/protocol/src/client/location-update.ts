/** `location:update`, client → server: here I am. */
import { positionSchema } from '../position.ts';
import type { Ack } from './ack.ts';

export const LOCATION_UPDATE = 'location:update';
export const locationUpdateSchema = positionSchema;
/** `at`: the time the server gave this position, ms since the epoch. */
export type LocationUpdateAck = Ack<{ readonly at: number }>;
