/** The bounds of a viewer's radius. */
import { z } from 'zod';

export const MIN_RADIUS_METERS = 100;
export const MAX_RADIUS_METERS = 100_000;
/** 5 miles. */
export const DEFAULT_RADIUS_METERS = 8_046.72;
/** Hysteresis: a friend enters at radius r and leaves at r times this factor (N4). */
export const LEAVE_RADIUS_FACTOR = 1.05;

export const radiusMetersSchema = z.number().min(MIN_RADIUS_METERS).max(MAX_RADIUS_METERS);
