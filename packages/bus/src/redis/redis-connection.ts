/** Opens connections to Redis, with options for each purpose: commands, subscriptions, blocking reads. */
import type { Logger } from '@nearby-friends/service-kit';
import { Redis, type RedisOptions } from 'ioredis';

export type { Redis } from 'ioredis';

/** A connection without a response for this long counts as lost. */
export const SOCKET_TIMEOUT_MS = 5_000;
/** The same for a connection that waits for entries of a stream. */
export const BLOCKING_SOCKET_TIMEOUT_MS = 3_000;
/** How long a graceful disconnect may take; a frozen Redis never completes it. */
const DISCONNECT_TIMEOUT_MS = 500;
const RECONNECT_MIN_MS = 50;
const RECONNECT_MAX_MS = 1_000;

/** Without the field whose types in ioredis contradict each other under exactOptionalPropertyTypes. */
type Options = Omit<RedisOptions, 'replyMapping'>;

const COMMON_OPTIONS: Options = {
  lazyConnect: true,
  socketTimeout: SOCKET_TIMEOUT_MS,
  connectTimeout: SOCKET_TIMEOUT_MS,
  disconnectTimeout: DISCONNECT_TIMEOUT_MS,
  // Doubles, with jitter, so that not all clients reconnect to a restarted Redis at once. Never gives up.
  retryStrategy: (attempt) =>
    Math.min(RECONNECT_MIN_MS * 2 ** Math.min(attempt, 10), RECONNECT_MAX_MS) * (0.5 + Math.random() / 2),
};

/** For commands: a command that cannot be sent now is rejected, since a queued position would be stale when it is sent. */
const COMMAND_OPTIONS: Options = {
  ...COMMON_OPTIONS,
  enableAutoPipelining: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
};

/** For subscriptions: {@link ChannelSubscriptions} resubscribes itself after a loss. */
const SUBSCRIBER_OPTIONS: Options = {
  ...COMMON_OPTIONS,
  autoResubscribe: false,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
};

/** For libraries that do not handle rejections (the Socket.IO adapter): commands wait for Redis. */
const PATIENT_OPTIONS: Options = { ...COMMON_OPTIONS, maxRetriesPerRequest: null };

/** For blocking reads: the timeout is longer than a read waits and shorter than a follower's fence. */
const BLOCKING_OPTIONS: Options = { ...SUBSCRIBER_OPTIONS, socketTimeout: BLOCKING_SOCKET_TIMEOUT_MS };

const OPTIONS = {
  commands: COMMAND_OPTIONS,
  subscriber: SUBSCRIBER_OPTIONS,
  blocking: BLOCKING_OPTIONS,
  patient: PATIENT_OPTIONS,
};

/**
 * Opens a connection that reconnects for ever and logs its losses. Connect it with {@link connectRedis}.
 * `role` names it in `CLIENT LIST` and in the log. `prefix` goes before every key and channel of its commands; channels of
 * received messages have it.
 */
export function openRedis(options: {
  url: string;
  purpose: keyof typeof OPTIONS;
  role: string;
  prefix?: string;
  logger: Logger;
}): Redis {
  const redis = new Redis(options.url, {
    ...OPTIONS[options.purpose],
    connectionName: options.role,
    keyPrefix: options.prefix ?? '',
  });
  let lost = false;
  redis.on('error', (error: Error) => {
    // One line per loss, not per attempt.
    if (!lost) options.logger.warn({ role: options.role, reason: error.message }, 'redis connection failed');
    lost = true;
  });
  // Not `close`, which also fires on a graceful disconnect.
  redis.on('reconnecting', () => {
    if (!lost) options.logger.warn({ role: options.role }, 'redis connection lost');
    lost = true;
  });
  redis.on('ready', () => {
    if (lost) options.logger.info({ role: options.role }, 'redis connection recovered');
    lost = false;
  });
  return redis;
}

/**
 * Connects, and waits until Redis is available. Rejects when `signal` aborts; ioredis itself does not report a disconnect
 * between two attempts.
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
      reject(new Error('The connection attempt was aborted before Redis responded.'));
    };
    redis.once('ready', onReady);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
  // The retry strategy retries a failed first attempt, and the `error` listener logs it.
  redis.connect().catch(() => undefined);
  await ready;
}
