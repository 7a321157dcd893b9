/** A device that a user has registered: an app reports with its secret instead of a token. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { DEVICE_BYTES } from './device-mark.ts';

/** 16 random characters of base64url. */
export const registeredDeviceIdSchema = z.string().regex(/^[A-Za-z0-9_-]{16}$/);

/** The app that reported last with the device's secret. */
export const deviceKindSchema = z.enum(['owntracks', 'overland', 'traccar', 'generic']);
export type DeviceKind = z.infer<typeof deviceKindSchema>;

/** The TTL of positions (`POSITION_TTL_SECONDS`) by default. */
export const MIN_STAYS_VISIBLE_SECONDS = 600;
/** Apps of a resting phone report every 15 minutes at best. */
export const MAX_STAYS_VISIBLE_SECONDS = 3_600;
export const staysVisibleSecondsSchema = z.int().min(MIN_STAYS_VISIBLE_SECONDS).max(MAX_STAYS_VISIBLE_SECONDS);

/** The device of a `DeviceMark` for a registered device. Connections cannot have it: theirs are hashed with another prefix. */
export function markOfRegistered(id: string): string {
  return createHash('sha256').update(`device:${id}`).digest().toString('latin1', 0, DEVICE_BYTES);
}
