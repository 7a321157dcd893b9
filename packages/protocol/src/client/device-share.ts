/** `device:share`, client → server: from now on the device of this connection shares the user's position. */
import { z } from 'zod';
import type { Ack } from './ack.ts';

export const DEVICE_SHARE = 'device:share';
export const deviceShareSchema = z.object({});
export type DeviceShareAck = Ack;
