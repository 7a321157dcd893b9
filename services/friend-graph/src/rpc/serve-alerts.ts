/** Serves the RPC methods that alerts calls. */
import type { Bus } from '@nearby-friends/bus';
import {
  alertSettingsOf,
  alertViewers,
  endPushSubscription,
  nameForNotice,
  pushSubscriptionsOf,
  takeAlertNotices,
} from '@nearby-friends/protocol';
import type { Repositories } from '../database/create-repositories.ts';

export function serveAlerts({
  rpc,
  repositories: { alerts, alertNotices, pushSubscriptions },
}: {
  rpc: Pick<Bus['rpc'], 'serve'>;
  repositories: Pick<Repositories, 'alerts' | 'alertNotices' | 'pushSubscriptions'>;
}): void {
  rpc.serve(alertViewers, ({ after }) => alerts.viewersAfter(after));
  rpc.serve(alertSettingsOf, async ({ users }) => ({ chosen: await alerts.chosenBy(users) }));
  rpc.serve(pushSubscriptionsOf, async ({ user }) => ({
    subscriptions: await pushSubscriptions.subscriptionsOf(user),
  }));
  rpc.serve(endPushSubscription, async ({ user, id }) => {
    await pushSubscriptions.remove(user, id);
    return {};
  });
  rpc.serve(takeAlertNotices, async ({ done }) => ({ notices: await alertNotices.take(done) }));
  rpc.serve(nameForNotice, async ({ id }) => ({ displayName: await alertNotices.nameFor(id) }));
}
