/** A friend graph on real PostgreSQL, with its other dependencies in memory. */
import { afterEach, beforeEach } from '@jest/globals';
import { type DeviceNotice, type GraphEvent, parseUserId, type UserId } from '@nearby-friends/protocol';
import { Metrics, silentLogger, systemClock } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { createRepositories, type Repositories } from '../database/create-repositories.ts';
import { type DatabaseOfTest, useDatabase } from '../database/database.testing.ts';
import { createFriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';
import { EventStreamOfTest } from '../outbox/event-stream.testing.ts';
import { composeGraph, type FriendGraph } from './compose-graph.ts';
import type { LastPosition } from './data-exporter.ts';

export interface GraphOfTest {
  readonly database: DatabaseOfTest;
  readonly graph: FriendGraph;
  readonly repositories: Repositories;
  readonly stream: EventStreamOfTest;
  readonly registry: Metrics;
  /** What was sent to devices. */
  readonly notices: readonly DeviceNotice[];
  /** Whose last position was deleted. */
  readonly forgotten: readonly UserId[];
  /** Whose position was deleted as of which time, ms. */
  readonly stopped: readonly { user: UserId; before: number }[];
  readonly positions: Map<UserId, LastPosition>;
  /** The marks of the devices that the last positions are from. */
  readonly sharers: Map<UserId, string>;
  /** Relays everything committed and returns the events since the last call. */
  takeEvents(): Promise<GraphEvent[]>;
  /** Makes two users friends. */
  befriend(one: string, other: string): Promise<void>;
  /** The friends of the user, and the viewers of the user with precision and end. */
  friendsOf(user: string): Promise<string[]>;
  viewersOf(user: string): Promise<[string, string, number | null][]>;
}

export const id = parseUserId;
/** The holder of a token that does not say when it was issued. */
export const by = (user: UserId) => ({ user, issuedAt: null });
const DAY_MS = 86_400_000;
const ALL = { after: null, limit: 100_000 };

/** Call it once in a test file, outside of tests. */
export function useGraph(): GraphOfTest {
  const database = useDatabase();
  let current: ReturnType<typeof build> | undefined;
  const running = () => {
    if (!current) throw new Error('The graph exists only while a test runs');
    return current;
  };

  beforeEach(() => {
    current = build(database);
    for (const component of current.graph.components) component.start?.();
  });
  afterEach(async () => {
    for (const component of current?.graph.components ?? []) await component.drain?.();
  });

  return {
    database,
    get graph() {
      return running().graph;
    },
    get repositories() {
      return running().repositories;
    },
    get stream() {
      return running().stream;
    },
    get registry() {
      return running().registry;
    },
    get notices() {
      return running().notices;
    },
    get forgotten() {
      return running().forgotten;
    },
    get stopped() {
      return running().stopped;
    },
    get positions() {
      return running().positions;
    },
    get sharers() {
      return running().sharers;
    },
    async takeEvents() {
      await eventually(() => running().graph.propagation.waitUntilAppliedEverywhere());
      return running().stream.events.splice(0);
    },
    async befriend(one, other) {
      await running().graph.requests.request(id(one), id(other));
      await running().graph.requests.accept(id(other), id(one));
    },
    async friendsOf(user) {
      const { items } = await running().repositories.edges.friendsOf(id(user), ALL);
      return items.map((friend) => friend.id);
    },
    async viewersOf(user) {
      const { items } = await running().repositories.edges.viewersOf(id(user), ALL);
      return items.map((viewer) => [viewer.id, viewer.precision, viewer.until?.getTime() ?? null]);
    },
  };
}

function build(database: DatabaseOfTest) {
  const stream = new EventStreamOfTest();
  const registry = new Metrics();
  const notices: DeviceNotice[] = [];
  const forgotten: UserId[] = [];
  const stopped: { user: UserId; before: number }[] = [];
  const positions = new Map<UserId, LastPosition>();
  const sharers = new Map<UserId, string>();
  const repositories = createRepositories(database.opened, { redisNow: Date.now });
  const graph = composeGraph({
    repositories,
    stream,
    notifyDevices: async (notice) => void notices.push(notice),
    forgetPosition: async (user) => void forgotten.push(user),
    stopPosition: async (user, before) => void stopped.push({ user, before }),
    redisNow: () => systemClock.now(),
    readLastPosition: async (user) => positions.get(user) ?? null,
    readSharingDevice: async (user) => sharers.get(user) ?? null,
    readPushKey: async () => null,
    pushServices: [],
    tokenMaxLifetimeMs: DAY_MS,
    clock: systemClock,
    logger: silentLogger,
    metrics: createFriendGraphMetrics(registry),
  });
  return { graph, stream, registry, notices, forgotten, stopped, positions, sharers, repositories };
}
