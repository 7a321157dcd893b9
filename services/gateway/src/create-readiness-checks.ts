/** Creates the checks of `/ready`: a gateway needs Redis, current rights, location and friend-graph. */
import type { Bus, FencedStreamFollower } from '@nearby-friends/bus';
import { friendsOf, readActive } from '@nearby-friends/protocol';
import type { ReadinessCheck } from '@nearby-friends/service-kit';

export function createReadinessChecks({
  bus,
  follower,
}: {
  bus: Pick<Bus, 'readiness' | 'rpc'>;
  follower: Pick<FencedStreamFollower, 'isCurrent'>;
}): ReadinessCheck[] {
  return [
    bus.readiness,
    {
      name: 'rights',
      check: async () => {
        if (!follower.isCurrent) throw new Error('graph events are not followed');
      },
    },
    { name: 'location', check: async () => void (await bus.rpc.call(readActive, { users: [] })) },
    { name: 'friend-graph', check: async () => void (await bus.rpc.call(friendsOf, { viewers: [] })) },
  ];
}
