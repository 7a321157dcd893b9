/** Wires the services that change and read the friend graph. */
import type { Clock, Component, Logger, ReadinessCheck } from '@nearby-friends/service-kit';
import type { Repositories } from '../database/create-repositories.ts';
import type { FriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';
import { ChangePropagation } from '../outbox/change-propagation.ts';
import type { GraphEventStream } from '../outbox/graph-event-stream.ts';
import { Housekeeping } from '../outbox/housekeeping.ts';
import { OutboxRelay } from '../outbox/outbox-relay.ts';
import { Accounts, type ForgetPosition } from './accounts.ts';
import { Admission } from './admission.ts';
import { Alerts, type ReadPushKey } from './alerts.ts';
import { DataExporter, type ReadLastPosition } from './data-exporter.ts';
import { DeviceNotices, type NotifyDevices } from './device-notices.ts';
import { EndedRights } from './ended-rights.ts';
import { FriendRequests } from './friend-requests.ts';
import { Friendships } from './friendships.ts';
import { Invites } from './invites.ts';
import { Profiles } from './profiles.ts';
import { type ReadSharingDevice, RegisteredDevices } from './registered-devices.ts';
import { RenameNotices } from './rename-notices.ts';
import { SharingControl } from './sharing-control.ts';
import { SharingEnd, type StopPosition } from './sharing-end.ts';

/**
 * Every change is idempotent. A revocation resolves once all gateways have applied it, and rejects with `unavailable`
 * when that cannot be confirmed in time: the change stays committed, and repeating the call waits again. A signal aborts
 * the wait and never the change.
 */
export interface FriendGraph {
  readonly requests: FriendRequests;
  readonly invites: Invites;
  readonly friendships: Friendships;
  readonly sharing: SharingControl;
  readonly sharingEnd: SharingEnd;
  readonly accounts: Accounts;
  readonly devices: RegisteredDevices;
  readonly alerts: Alerts;
  readonly admission: Admission;
  readonly profiles: Profiles;
  readonly exporter: DataExporter;
  readonly propagation: ChangePropagation;
  readonly readiness: ReadinessCheck;
  /** Start them after the database and Redis, and before anything that makes changes. */
  readonly components: readonly Component[];
}

export function composeGraph(options: {
  repositories: Repositories;
  stream: GraphEventStream;
  notifyDevices: NotifyDevices;
  forgetPosition: ForgetPosition;
  stopPosition: StopPosition;
  readLastPosition: ReadLastPosition;
  readSharingDevice: ReadSharingDevice;
  readPushKey: ReadPushKey;
  /** Origins of the operator's own push services. */
  pushServices: readonly string[];
  /** The clock that stamps positions, ms since the epoch. */
  redisNow: () => number;
  /** Maximum lifetime of a token, ms. */
  tokenMaxLifetimeMs: number;
  clock: Clock;
  logger: Logger;
  metrics: FriendGraphMetrics;
}): FriendGraph {
  const { repositories, stream, clock, logger, metrics } = options;
  const { tokenMaxLifetimeMs, forgetPosition, stopPosition, readLastPosition, readSharingDevice, redisNow } = options;
  const { revocations, withholdings, alertNotices } = repositories;
  const relay = new OutboxRelay({ outbox: repositories.outbox, stream, clock, logger, metrics });
  const propagation = new ChangePropagation({ relay, stream, clock, metrics });
  const notices = new DeviceNotices({ notify: options.notifyDevices, logger, metrics });
  const renames = new RenameNotices({ edges: repositories.edges, notices, clock, logger, metrics });
  const sharing = new SharingControl({ repositories, propagation, notices, clock });
  const sharingEnd = new SharingEnd({ repositories, propagation, stopPosition, redisNow });
  return {
    requests: new FriendRequests({ repositories, propagation, notices }),
    invites: new Invites({ repositories, propagation, notices }),
    friendships: new Friendships({ repositories, propagation, notices }),
    sharing,
    sharingEnd,
    accounts: new Accounts({ repositories, propagation, notices, forgetPosition, clock }),
    devices: new RegisteredDevices({ repositories, sharingEnd, readSharingDevice }),
    alerts: new Alerts({ repositories, readPushKey: options.readPushKey, pushServices: options.pushServices }),
    admission: new Admission({ revocations }),
    profiles: new Profiles({ users: repositories.users, propagation, renames }),
    exporter: new DataExporter({ repositories, sharing, readLastPosition }),
    propagation,
    readiness: relay.readiness,
    components: [
      relay,
      notices,
      renames,
      new EndedRights({ repositories, notices, clock, logger }),
      new Housekeeping({ stream, revocations, withholdings, alertNotices, tokenMaxLifetimeMs, clock, logger }),
    ],
  };
}
