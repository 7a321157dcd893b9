/** gateway → location: these devices are gone; any other device of the same users may share its position. */
import { z } from 'zod';
import { jsonCodec } from '../codec.ts';
import { DEVICE_BYTES } from '../device-mark.ts';
import { userIdSchema } from '../user-id.ts';
import type { Method } from './method.ts';

export const MAX_RELEASED_DEVICES = 1_000;

const releasedDeviceSchema = z.object({
  user: userIdSchema,
  /** The device of a `DeviceMark`, as hexadecimal digits. */
  device: z.string().regex(new RegExp(`^[0-9a-f]{${2 * DEVICE_BYTES}}$`)),
  /** Its last stored position, ms: if it has reported since, over another connection, it shares on. */
  at: z.number(),
});
export type ReleasedDevice = z.infer<typeof releasedDeviceSchema>;

const requestSchema = z.object({ devices: z.array(releasedDeviceSchema).max(MAX_RELEASED_DEVICES) });

/** Builds that do not know it refuse it; the device then shares until it has been silent for long enough. */
export const releaseDevices: Method<z.infer<typeof requestSchema>, Record<string, never>> = {
  service: 'location',
  name: 'release-devices',
  request: jsonCodec(requestSchema),
  response: jsonCodec(z.object({})),
};
