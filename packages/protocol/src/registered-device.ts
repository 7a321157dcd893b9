/** A device that a user has registered: an app reports with its secret instead of a token. */
import { z } from 'zod';

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
