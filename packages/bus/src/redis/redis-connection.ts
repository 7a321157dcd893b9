/** How this system connects to Redis: one connection for commands, one that only subscribes, one that waits. */
import type { Logger } from '@nearby-friends/service-kit';
import { Redis, type RedisOptions } from 'ioredis';

export type { Redis } from 'ioredis';

/** A connection that stays silent for this long while it owes an answer is taken for dead. */
export const SOCKET_TIMEOUT_MS = 5_000;
/** The same for a connection that waits for entries of a stream. */
export const BLOCKING_SOCKET_TIMEOUT_MS = 3_000;
/** How long an orderly end of a connection may take: a peer that is alive needs a moment, a frozen one for ever. */
const DISCONNECT_TIMEOUT_MS = 500;
const RECONNECT_MIN_MS = 50;
const RECONNECT_MAX_MS = 1_000;

/** Without the one field whose types in ioredis contradict each other under exactOptionalPropertyTypes. */
type Options = Omit<RedisOptions, 'replyMapping'>;

const COMMON_OPTIONS: Options = {
  lazyConnect: true,
  socketTimeout: SOCKET_TIMEOUT_MS,
  connectTimeout: SOCKET_TIMEOUT_MS,
  disconnectTimeout: DISCONNECT_TIMEOUT_MS,
  // Doubling, with jitter, so that a restarted Redis does not see everybody at once. Never gives up.
  retryStrategy: (attempt) =>
    Math.min(RECONNECT_MIN_MS * 2 ** Math.min(attempt, 10), RECONNECT_MAX_MS) * (0.5 + Math.random() / 2),
};

/** For commands: what cannot be sent now is refused at once, since a position that waits in a queue is a stale one. */
const COMMAND_OPTIONS: Options = {
  ...COMMON_OPTIONS,
  enableAutoPipelining: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
};

/** For subscriptions: {@link ChannelSubscriptions} knows what it wants and asks again by itself after a loss. */
const SUBSCRIBER_OPTIONS: Options = {
  ...COMMON_OPTIONS,
  autoResubscribe: false,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
};

/** For libraries that bring their own habits (the Socket.IO adapter): waits for Redis instead of rejecting. */
const PATIENT_OPTIONS: Options = { ...COMMON_OPTIONS, maxRetriesPerRequest: null };

/** For reads that wait: longer than they wait, and shorter than a follower may live on what it last read. */
const BLOCKING_OPTIONS: Options = { ...SUBSCRIBER_OPTIONS, socketTimeout: BLOCKING_SOCKET_TIMEOUT_MS };

const OPTIONS = {
  commands: COMMAND_OPTIONS,
  subscriber: SUBSCRIBER_OPTIONS,
  blocking: BLOCKING_OPTIONS,
  patient: PATIENT_OPTIONS,
};

/**
 * Opens a connection that reconnects for ever and logs its losses. Connecting starts with `.connect()`.
 * `role` names it in `CLIENT LIST` and in the log.
 */
export function openRedis(options: {
  url: string;
  purpose: keyof typeof OPTIONS;
  role: string;
  logger: Logger;
}): Redis {
  const redis = new Redis(options.url, { ...OPTIONS[options.purpose], connectionName: options.role });
  let lost = false;
  redis.on('error', (error: Error) => {
    // One line per loss; the attempts that follow would only repeat it.
    if (!lost) options.logger.warn({ role: options.role, reason: error.message }, 'redis connection failed');
    lost = true;
  });
  // Not `close`: that comes with an orderly end as well.
  redis.on('reconnecting', () => {
    if (!lost) options.logger.warn({ role: options.role }, 'redis connection lost');
    lost = true;
  });
  redis.on('ready', () => {
    if (lost) options.logger.info({ role: options.role }, 'redis connection is back');
    lost = false;
  });
  return redis;
}

/**
 * Connects, waiting for Redis to appear if need be. Rejects when `signal` gives the connection up meanwhile; ioredis
 * itself says nothing when it is disconnected between two attempts.
 */
export async function connectRedis(redis: Redis, signal?: AbortSignal): Promise<void> {
  if (redis.status === 'ready') return;
  const ready = new Promise<void>((resolve, reject) => {
    const onReady = () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    };
    const onAbort = () => {
      redis.off('ready', onReady);
      reject(new Error('The connection was given up before Redis answered.'));
    };
    redis.once('ready', onReady);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
  // A first attempt that fails is retried by the retry strategy; its rejection says nothing new.
  redis.connect().catch(() => undefined);
  await ready;
}
