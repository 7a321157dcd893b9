/** Decodes a message from the bus; a malformed one does not affect the others. */
import { MalformedMessageError } from '@nearby-friends/protocol';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';

/** Returns null for a malformed message and counts it: another version of a service may have sent it. */
export function decodeBusMessage<T>(decode: (bytes: Buffer) => T, bytes: Buffer, metrics: GatewayMetrics): T | null {
  try {
    return decode(bytes);
  } catch (error) {
    if (!(error instanceof MalformedMessageError)) throw error;
    metrics.malformedMessages.inc();
    return null;
  }
}
