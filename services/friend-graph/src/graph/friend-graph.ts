/** Everything that can be done with the friend graph, in one place, put together from its parts. */
import type { Grant, Sharing, UserId } from '@nearby-friends/protocol';
import type { Clock, Component, Logger } from '@nearby-friends/service-kit';
import { BlockRepository, type ListedBlock } from '../database/block-repository.ts';
import type { DatabaseClient } from '../database/database-client.ts';
import { FriendListRepository, type Page, type PageRequest } from '../database/friend-list-repository.ts';
import { GraphTransactions } from '../database/graph-transaction.ts';
import { type RequestLists, RequestRepository } from '../database/request-repository.ts';
import { SharingRepository } from '../database/sharing-repository.ts';
import { TokenRevocations } from '../database/token-revocations.ts';
import { UserRepository } from '../database/user-repository.ts';
import type { FriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';
import { Enforcement } from '../outbox/change-propagation.ts';
import type { GraphEventStream } from '../outbox/graph-event-stream.ts';
import { Housekeeping } from '../outbox/housekeeping.ts';
import { OutboxRelay } from '../outbox/outbox-relay.ts';
import { OutboxRepository } from '../outbox/outbox-repository.ts';
import { Accounts, type ForgetPosition } from './accounts.ts';
import { type DataExport, DataExporter, type ReadLastPosition } from './data-export.ts';
import { DeviceNotices, type NotifyDevices } from './device-notices.ts';
import { FriendRequests } from './friend-requests.ts';
import { Friendships } from './friendships.ts';
import { MAX_LISTED_REQUESTS } from './limits.ts';
import { Profiles } from './profiles.ts';
import { SharingControl } from './sharing-control.ts';

/**
 * Every change is idempotent. What takes a right away resolves once that is in force at every gateway, and rejects with
 * `unavailable` when that cannot be said in time: the change is kept then, and the same call again waits again. A signal
 * ends the waiting and never the change. The parts say the rest.
 */
export class FriendGraph {
  readonly #requests: FriendRequests;
  readonly #friendships: Friendships;
  readonly #sharing: SharingControl;
  readonly #accounts: Accounts;
  readonly #exporter: DataExporter;
  readonly #requestLists: RequestRepository;
  readonly #blocks: BlockRepository;
  readonly #enforcement: Enforcement;
  readonly profiles: Profiles;
  readonly revocations: TokenRevocations;
  /** To be started after the database and Redis, and before whatever makes changes. */
  readonly components: readonly Component[];

  constructor(options: {
    client: DatabaseClient;
    stream: GraphEventStream;
    notifyDevices: NotifyDevices;
    forgetPosition: ForgetPosition;
    readLastPosition: ReadLastPosition;
    /** No token lives longer, ms. */
    tokenMaxLifetimeMs: number;
    clock: Clock;
    logger: Logger;
    metrics: FriendGraphMetrics;
  }) {
    const { client, stream, clock, logger, metrics } = options;
    const users = new UserRepository({ client });
    const revocations = new TokenRevocations({ client });
    const relay = new OutboxRelay({ outbox: new OutboxRepository({ client }), stream, clock, logger, metrics });
    const notices = new DeviceNotices({ notify: options.notifyDevices, logger, metrics });
    const { tokenMaxLifetimeMs, forgetPosition, readLastPosition } = options;

    const enforcement = new Enforcement({ relay, stream, clock, metrics });
    const changes = { users, transactions: new GraphTransactions({ client }), enforcement, notices };
    const friendLists = new FriendListRepository({ client });
    const requests = new RequestRepository({ client });
    const blocks = new BlockRepository({ client });
    const sharing = new SharingControl({ ...changes, sharing: new SharingRepository({ client }), clock });

    this.#enforcement = enforcement;
    this.#requests = new FriendRequests(changes);
    this.#friendships = new Friendships(changes);
    this.#sharing = sharing;
    this.#accounts = new Accounts({ ...changes, forgetPosition, clock });
    this.#exporter = new DataExporter({ users, friendLists, requests, blocks, revocations, sharing, readLastPosition });
    this.#requestLists = requests;
    this.#blocks = blocks;
    this.profiles = new Profiles({ users, enforcement });
    this.revocations = revocations;
    this.components = [relay, notices, new Housekeeping({ stream, revocations, tokenMaxLifetimeMs, clock, logger })];
  }

  request(from: UserId, to: UserId): Promise<void> {
    return this.#requests.request(from, to);
  }

  accept(user: UserId, from: UserId): Promise<void> {
    return this.#requests.accept(user, from);
  }

  declineOrWithdraw(user: UserId, other: UserId): Promise<void> {
    return this.#requests.declineOrWithdraw(user, other);
  }

  /** The newest of them, see {@link MAX_LISTED_REQUESTS}. */
  requestsOf(user: UserId): Promise<RequestLists> {
    return this.#requestLists.listsOf(user, MAX_LISTED_REQUESTS);
  }

  unfriend(user: UserId, friend: UserId, signal?: AbortSignal): Promise<void> {
    return this.#friendships.unfriend(user, friend, signal);
  }

  block(user: UserId, other: UserId, signal?: AbortSignal): Promise<void> {
    return this.#friendships.block(user, other, signal);
  }

  unblock(user: UserId, other: UserId): Promise<void> {
    return this.#friendships.unblock(user, other);
  }

  blocksOf(user: UserId, page: PageRequest): Promise<Page<ListedBlock>> {
    return this.#blocks.blocksOf(user, page);
  }

  setGrant(subject: UserId, viewer: UserId, grant: Grant, signal?: AbortSignal): Promise<Grant> {
    return this.#friendships.setGrant(subject, viewer, grant, signal);
  }

  setSharing(user: UserId, sharing: Sharing, signal?: AbortSignal): Promise<Sharing> {
    return this.#sharing.setSharing(user, sharing, signal);
  }

  sharingOf(user: UserId): Promise<Sharing> {
    return this.#sharing.sharingOf(user);
  }

  signOutEverywhere(user: UserId, signal?: AbortSignal): Promise<void> {
    return this.#accounts.signOutEverywhere(user, signal);
  }

  erase(user: UserId, signal?: AbortSignal): Promise<void> {
    return this.#accounts.erase(user, signal);
  }

  exportOf(user: UserId): Promise<DataExport> {
    return this.#exporter.exportOf(user);
  }

  /** Resolves when every change made so far, by anybody, is in force everywhere. */
  waitUntilAppliedEverywhere(signal?: AbortSignal): Promise<void> {
    return this.#enforcement.waitUntilAppliedEverywhere(signal);
  }
}
