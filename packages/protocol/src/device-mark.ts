/** The end of a position's bytes that says which device reported it, so that one device of a user shares at a time. */

/** A device that has reported nothing for this long shares no more, and any other device takes over, ms. */
export const SHARING_SILENCE_MS = 120_000;

/** Which device reports. Readers of positions ignore it, and no client gets it. */
export interface DeviceMark {
  /** {@link DEVICE_BYTES} characters of latin1: the same for all reports of one device, others for the user's other devices. */
  readonly device: string;
  /**
   * Instance id of the gateway that the device is connected to: of its process, so that a restarted one is another. Empty for a
   * device that reports without a connection.
   */
  readonly gateway: string;
  /** From this report on the device shares, whichever did before. */
  readonly claims: boolean;
}

export const DEVICE_BYTES = 8;

/**
 * Layout, after the fields of the position:
 *
 * | length | what |
 * |---|---|
 * | n | gateway |
 * | 1 | n |
 * | 1 | 1 if the device claims, else 0; 0 in an entry |
 * | 8 | device |
 * | 8 | when Redis received the device's last report, ms, as a big-endian double; 0 once the device has left |
 *
 * The lengths count from the end, since the location service's script does not interpret what is before.
 */
export const MARK_BYTES_WITHOUT_GATEWAY = 18;

/** Writes a mark; returns where it ends. */
export function writeDeviceMark(bytes: Buffer, start: number, { device, gateway, claims }: DeviceMark): number {
  let offset = start + bytes.write(gateway, start, 'latin1');
  offset = bytes.writeUInt8(offset - start, offset);
  offset = bytes.writeUInt8(claims ? 1 : 0, offset);
  bytes.write(device, offset, DEVICE_BYTES, 'latin1');
  return bytes.writeDoubleBE(0, offset + DEVICE_BYTES);
}

/** The device of the mark at the end of `bytes`, which begins at `start` or later; null when it is cut short. */
export function readMarkedDevice(bytes: Buffer, start: number): string | null {
  const end = bytes.length - 8;
  if (bytes.length < start + MARK_BYTES_WITHOUT_GATEWAY) return null;
  return bytes.toString('latin1', end - DEVICE_BYTES, end);
}
