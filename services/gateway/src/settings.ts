/** The settings of the gateway, in addition to the common ones. */
import {
  defineSettings,
  fromText,
  positionTtlSetting,
  publicSettings,
  tokenSettings,
} from '@nearby-friends/service-kit';

export const settings = defineSettings({
  ...tokenSettings,
  ...positionTtlSetting,
  ...publicSettings,
  port: {
    env: 'PORT',
    schema: fromText.integer(0, 65_535),
    description: 'Port of Socket.IO; only the load balancer may reach it. 0 takes a free one.',
  },
  flushIntervalMs: {
    env: 'FLUSH_INTERVAL_MS',
    schema: fromText.integer(10, 10_000),
    default: '1000',
    unit: 'ms',
    description:
      'Maximum delay of a position change on the list; changes in between are conflated. Friends enter and leave the list ' +
      'within half of it. Above 1000 that takes longer than the rules promise.',
  },
  uplinkGatherMs: {
    env: 'UPLINK_GATHER_MS',
    schema: fromText.integer(0, 1_000),
    default: '50',
    unit: 'ms',
    description:
      'Positions received within this time go to the location service as one message; at most a tenth of the flush ' +
      'interval.',
  },
  eventsPerSecond: {
    env: 'EVENTS_PER_SECOND',
    schema: fromText.number(0.1, 1_000),
    default: '10',
    unit: 'events/s',
    description:
      'Events one connection may send on average; more get rate_limited. Of position updates the newest waits instead.',
  },
  eventsBurst: {
    env: 'EVENTS_BURST',
    schema: fromText.integer(1, 10_000),
    default: '20',
    unit: 'events',
    description: 'Events one connection may send at once.',
  },
  maxPlausibleSpeed: {
    env: 'MAX_PLAUSIBLE_SPEED',
    schema: fromText.number(0, 1_000_000),
    default: '340',
    unit: 'm/s',
    description:
      'A viewer who often moves faster receives list updates at most every 2 s. Its positions count as usual. 0: off.',
  },
  positionTraceShare: {
    env: 'TRACE_POSITION_SHARE',
    schema: fromText.number(0, 1),
    default: '0.01',
    description: 'The share of the messages with positions that are traced, from 0 to 1, where traces are on at all.',
  },
  drainSpreadSeconds: {
    env: 'DRAIN_SPREAD_SECONDS',
    schema: fromText.number(0, 600),
    default: '5',
    unit: 's',
    description:
      'How long a stopping replica takes to move its clients to others. At least 3 s below STOP_DEADLINE_SECONDS.',
  },
  fastPath: {
    env: 'FAST_PATH',
    schema: fromText.oneOf(['on', 'off']),
    default: 'on',
    description:
      'Whether frames are read and written on the TCP connection, for less CPU per message. With off, and with untested ' +
      'versions of Node, ws or Engine.IO, only public APIs are used.',
  },
  maxConnections: {
    env: 'MAX_CONNECTIONS',
    schema: fromText.integer(1, 1_000_000),
    default: '20000',
    unit: 'connections',
    description: 'Maximum number of connections of this replica; more are refused with overloaded.',
  },
  maxConnectionsPerUser: {
    env: 'MAX_CONNECTIONS_PER_USER',
    schema: fromText.integer(1, 1_000),
    default: '10',
    unit: 'connections',
    description:
      'Maximum number of connections of one user at this replica, and never more than half of MAX_CONNECTIONS. One more ' +
      'closes the most idle of them with too_many_connections.',
  },
  maxConnectionsPerAddress: {
    env: 'MAX_CONNECTIONS_PER_ADDRESS',
    schema: fromText.integer(0, 1_000_000),
    default: '5000',
    unit: 'connections',
    description:
      'Maximum number of connections of one client address (of IPv6: one /64 network) at this replica; more are refused ' +
      'with overloaded. Many phones may share the address of a carrier. 0: no limit.',
  },
});
