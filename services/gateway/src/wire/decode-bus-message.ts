/** Reads what comes over the bus: one message that cannot be read costs nobody the others. */
import { MalformedMessageError } from '@nearby-friends/protocol';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';

/** Null, and counted, for a message that is not what it should be: another version of a service may have sent it. */
export function decodeBusMessage<T>(decode: (bytes: Buffer) => T, bytes: Buffer, metrics: GatewayMetrics): T | null {
  try {
    return decode(bytes);
  } catch (error) {
    if (!(error instanceof MalformedMessageError)) throw error;
    metrics.malformedMessages.inc();
    return null;
  }
}
