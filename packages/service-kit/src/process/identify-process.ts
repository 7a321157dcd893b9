/** Names this process: as the operator does, and so that other processes can tell whether it still runs. */
import { randomBytes } from 'node:crypto';

export interface ProcessIdentity {
  /** The operator's name of this replica, in logs, traces and the names of connections. It is the same after a restart. */
  readonly replicaName: string;
  /**
   * This process in all that is sent to other processes. No other one ever has it, also not one with the same name: its
   * successor must not pass for it, and must not get the responses to its requests.
   */
  readonly instanceId: string;
}

/** `configuredName` may be empty. */
export function identifyProcess(configuredName: string): ProcessIdentity {
  if (configuredName === '') {
    const generated = randomBytes(6).toString('hex');
    return { replicaName: generated, instanceId: generated };
  }
  // No configured name has a slash, see the setting.
  return { replicaName: configuredName, instanceId: `${configuredName}/${randomBytes(4).toString('hex')}` };
}
