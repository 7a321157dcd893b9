/** The device of a `DeviceMark` for a registered device. */
import { createHash } from 'node:crypto';
import { DEVICE_BYTES } from '@nearby-friends/protocol';

/** A connection cannot have it: its device is a hash with another prefix. */
export function markOfRegistered(id: string): string {
  return createHash('sha256').update(`device:${id}`).digest().toString('latin1', 0, DEVICE_BYTES);
}
