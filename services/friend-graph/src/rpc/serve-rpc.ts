/** Serves the RPC methods of friend-graph to the other services. */
import type { Bus } from '@nearby-friends/bus';
import { announceActive, findDevices, friendsOf, namesOf, setRadius } from '@nearby-friends/protocol';
import type { Repositories } from '../database/create-repositories.ts';
import type { EdgeRepository } from '../database/edge-repository.ts';
import type { Admission } from '../graph/admission.ts';
import type { Profiles } from '../graph/profiles.ts';
import type { UserLimits } from '../lanes/user-limits.ts';
import type { ActivityAnnouncer } from './activity-announcer.ts';
import type { DeviceLookup } from './device-lookup.ts';
import type { FriendLookup } from './friend-lookup.ts';
import { serveAlerts } from './serve-alerts.ts';

export function serveRpc(options: {
  rpc: Bus['rpc'];
  lookup: FriendLookup;
  devices: Pick<DeviceLookup, 'findAll'>;
  edges: Pick<EdgeRepository, 'namesOf'>;
  announcer: ActivityAnnouncer;
  profiles: Pick<Profiles, 'change'>;
  admission: Pick<Admission, 'require'>;
  limits: Pick<UserLimits, 'run'>;
  repositories: Pick<Repositories, 'alerts' | 'alertNotices' | 'pushSubscriptions'>;
}): void {
  const { rpc, lookup, devices, edges, announcer, profiles, admission, limits } = options;
  serveAlerts({ rpc, repositories: options.repositories });
  rpc.serve(friendsOf, ({ viewers }) => lookup.friendsOf(viewers));
  rpc.serve(announceActive, async ({ active }) => {
    await announcer.announce(active);
    return {};
  });
  rpc.serve(setRadius, async ({ user, radiusMeters, issuedAt }) => {
    const { radiusVersion } = await limits.run(user, async () => {
      if (issuedAt !== undefined) await admission.require(user, issuedAt);
      return profiles.change(user, { radiusMeters });
    });
    return { version: radiusVersion };
  });
  rpc.serve(namesOf, async ({ viewer, friends }) => ({ names: await edges.namesOf(viewer, friends) }));
  rpc.serve(findDevices, async ({ devices: sought }) => ({ devices: await devices.findAll(sought) }));
}
