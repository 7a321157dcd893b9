/** `device:shared`, server → client: another device of the user shares the position from now on. */
import { z } from 'zod';

export const DEVICE_SHARED = 'device:shared';
export const deviceSharedSchema = z.object({
  /** Whether the device of this connection is the one that shares. */
  thisDevice: z.boolean(),
});
export type DeviceShared = z.infer<typeof deviceSharedSchema>;
