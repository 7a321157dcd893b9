/** What a crowd of our clients under the usual load showed: the cost of deliveries and the memory of the gateways. */
import type { Measurement } from '../measure/measurement.ts';

export interface CrowdReading {
  readonly load: Measurement;
  /** Bytes of all gateways: just after the load, some seconds later, and with garbage collected. */
  readonly busy: number;
  readonly idle: number;
  readonly collected: number;
  /** Of the last, what JavaScript uses, buffers included. */
  readonly used: number;
}
