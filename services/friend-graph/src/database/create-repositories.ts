/** Creates every repository of a database once. */
import { AlertNoticeRepository } from './alert-notice-repository.ts';
import { AlertRepository } from './alert-repository.ts';
import { BlockRepository } from './block-repository.ts';
import type { Database } from './database.ts';
import { DatabaseEpochs } from './database-epochs.ts';
import { DeviceRepository } from './device-repository.ts';
import { EdgeRepository } from './edge-repository.ts';
import { EndedRightsRepository } from './ended-rights-repository.ts';
import { GrantRepository } from './grant-repository.ts';
import { GraphTransactions } from './graph-transaction.ts';
import { InviteRepository } from './invite-repository.ts';
import { OutboxRepository } from './outbox-repository.ts';
import { PushSubscriptionRepository } from './push-subscription-repository.ts';
import { RequestRepository } from './request-repository.ts';
import { SharingRepository } from './sharing-repository.ts';
import { TokenRevocations } from './token-revocations.ts';
import { UserRepository } from './user-repository.ts';
import { ViewerRepository } from './viewer-repository.ts';
import { Withholdings } from './withholdings.ts';

export type Repositories = ReturnType<typeof createRepositories>;

/** `redisNow`: ms on Redis' clock, which stamps positions. */
export function createRepositories(
  database: Pick<Database, 'client' | 'readPrepared'>,
  { redisNow }: { redisNow: () => number },
) {
  const { client } = database;
  const transactions = new GraphTransactions({ client });
  const withholdings = new Withholdings({ client, redisNow });
  const epochs = new DatabaseEpochs({ client, boundary: () => withholdings.boundary() });
  return {
    transactions,
    users: new UserRepository({ client, transactions, withholdings }),
    viewers: new ViewerRepository({ database }),
    edges: new EdgeRepository({ client, withholdings }),
    grants: new GrantRepository({ client }),
    requests: new RequestRepository({ client }),
    blocks: new BlockRepository({ client }),
    devices: new DeviceRepository({ client }),
    alerts: new AlertRepository({ client }),
    alertNotices: new AlertNoticeRepository({ client }),
    pushSubscriptions: new PushSubscriptionRepository({ client }),
    invites: new InviteRepository({ client }),
    sharing: new SharingRepository({ client, withholdings }),
    withholdings,
    endedRights: new EndedRightsRepository(),
    revocations: new TokenRevocations({ client }),
    epochs,
    outbox: new OutboxRepository({ client, epochs }),
  };
}
