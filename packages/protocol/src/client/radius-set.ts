/** `radius:set`, client → server: how far "near" reaches for me. Kept in the profile, so it holds on every device. */
import { z } from 'zod';
import { radiusMetersSchema } from '../nearby-limits.ts';
import type { Ack } from './ack.ts';

export const RADIUS_SET = 'radius:set';
export const radiusSetSchema = z.object({ meters: radiusMetersSchema });
export type RadiusSetAck = Ack;
