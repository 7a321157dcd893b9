/** `radius:set`, client → server: the user's radius for nearby friends. Stored in the profile, so it applies to every device. */
import { z } from 'zod';
import { radiusMetersSchema } from '../nearby-limits.ts';
import type { Ack } from './ack.ts';

export const RADIUS_SET = 'radius:set';
export const radiusSetSchema = z.object({ meters: radiusMetersSchema });
export type RadiusSetAck = Ack;
