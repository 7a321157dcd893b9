/** A fenced stream in Redis: its entries, and beside them the epoch with the followers' reports. */
import { randomUUID } from 'node:crypto';
import type { Redis } from '../redis/redis-connection.ts';
import { defineScript, runScript, type Script } from '../redis/script-runner.ts';

export interface StreamEntry {
  readonly id: string;
  readonly payload: Buffer;
}

export interface ChainedEntry extends StreamEntry {
  /** Id of the previous entry, even if that one is trimmed. */
  readonly previous: string;
}

/** The last entry of the stream, and the epoch. */
export interface StreamEnd {
  readonly epoch: string;
  readonly last: string;
}

export interface Report {
  readonly applied: string;
  /** ms since the epoch, by Redis' clock. */
  readonly at: number;
}

/** The ledger at one moment. Times are ms since the Unix epoch, by Redis' clock. */
export interface LedgerSnapshot extends StreamEnd {
  readonly now: number;
  readonly epochBegan: number;
  /** Whether a follower has known the epoch for so long that every follower without a report in it has expired. */
  readonly isSettled: boolean;
  readonly reports: ReadonlyMap<string, Report>;
}

/** Maximum number of entries per read or append. */
export const PAGE = 500;
const FOLLOWER = 'follower:';

/**
 * The beginning of every script. KEYS: the stream, the epoch (one hash, so that it is lost as a whole). ARGV 1: a name for
 * a new epoch. An epoch ends when its hash is gone (flushed, evicted, another Redis), when the Redis process is another
 * one (restarted, perhaps from an older snapshot; failed over), and when the stream does not end at the expected entry.
 */
const IN_AN_EPOCH = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local server = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local known = redis.call('HMGET', KEYS[2], 'token', 'server', 'last')
local token, last = known[1], known[3]
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local isLost = newest and newest[1] ~= last or last ~= '0-0' and redis.call('EXISTS', KEYS[1]) == 0
if not token or known[2] ~= server or isLost then
  token, last = ARGV[1], newest and newest[1] or '0-0'
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[2], 'token', token, 'server', server, 'began', now, 'last', last)
end
local function trim(retentionMs)
  redis.call('XTRIM', KEYS[1], 'MINID', '=', string.format('%d', now - retentionMs))
end
`;
/** Reports and trimming also work when Redis is full: without them all followers would expire. */
const ALSO_WHEN_FULL = '#!lua flags=allow-oom';

/** ARGV 2: retention in ms; then the payloads. */
const APPEND = defineScript(`${IN_AN_EPOCH}
for i = 3, #ARGV do
  last = redis.call('XADD', KEYS[1], '*', 'payload', ARGV[i], 'previous', last)
end
redis.call('HSET', KEYS[2], 'last', last)
trim(ARGV[2])
`);

/** ARGV 2: retention in ms, or '' not to trim. */
const SNAPSHOT = defineScript(`${ALSO_WHEN_FULL}
${IN_AN_EPOCH}
if ARGV[2] ~= '' then trim(ARGV[2]) end
return {now, redis.call('HGETALL', KEYS[2])}
`);

/**
 * ARGV 2: the epoch, 3: the last applied entry, 4: the follower's field, 5: whether the epoch is settled (1 or ''). Refused
 * when the next entry is missing.
 */
const REPORT = defineScript(`${ALSO_WHEN_FULL}
${IN_AN_EPOCH}
local isReadable = token == ARGV[2]
if isReadable and ARGV[3] ~= last then
  local following = redis.call('XRANGE', KEYS[1], '(' .. ARGV[3], '+', 'COUNT', 1)[1]
  isReadable = following and following[2][4] == ARGV[3]
end
if isReadable then
  redis.call('HSET', KEYS[2], ARGV[4], ARGV[3] .. ' ' .. string.format('%d', now))
  if ARGV[5] ~= '' then redis.call('HSET', KEYS[2], 'settled', 1) end
end
return {isReadable and 1 or 0, token, last}
`);

/** ARGV: pairs of a follower's field and its report. A report that has changed since is kept. */
const REMOVE = defineScript(`
for i = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[2], ARGV[i]) == ARGV[i + 1] then redis.call('HDEL', KEYS[2], ARGV[i]) end
end
`);

/** KEYS: the mark. ARGV: the previous mark, '' for none; the next one. */
const REPLACE_MARK = defineScript(`
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
`);

/** All calls reject as ioredis does. */
export class StreamLedger {
  readonly #redis: Redis;
  readonly #keys: readonly [stream: string, epoch: string];
  readonly #markKey: string;

  constructor(options: { redis: Redis; stream: string }) {
    this.#redis = options.redis;
    // The hash tag is the whole name of the stream: both share a slot.
    this.#keys = [options.stream, `{${options.stream}}:epoch`];
    this.#markKey = `{${options.stream}}:mark`;
  }

  async append(payloads: readonly Buffer[], retentionMs: number): Promise<void> {
    await this.#run(APPEND, retentionMs, ...payloads);
  }

  /** Trims to `retentionMs`, if given, and reads the ledger. */
  async snapshot(retentionMs: number | '' = ''): Promise<LedgerSnapshot> {
    const [now, state] = (await this.#run(SNAPSHOT, retentionMs)) as [number, string[]];
    const fields = new Map<string, string>();
    for (let i = 0; i + 1 < state.length; i += 2) fields.set(String(state[i]), String(state[i + 1]));
    const reports = new Map<string, Report>();
    for (const [field, value] of fields) {
      if (!field.startsWith(FOLLOWER)) continue;
      const [applied = '', at] = value.split(' ');
      reports.set(field.slice(FOLLOWER.length), { applied, at: Number(at) });
    }
    const [epoch = '', last = ''] = [fields.get('token'), fields.get('last')];
    const isSettled = fields.has('settled');
    return { now, epoch, last, epochBegan: Number(fields.get('began')), isSettled, reports };
  }

  /** The current end of the stream. */
  async end(): Promise<StreamEnd> {
    return (await this.report({ follower: '', epoch: '', applied: '', isSettled: false })).end;
  }

  /**
   * Reports that `follower` has applied everything up to `applied`, and whether it has known the epoch for long enough.
   * Not accepted when the epoch is another one or the next entry is no longer in the stream.
   */
  async report(options: {
    follower: string;
    epoch: string;
    applied: string;
    isSettled: boolean;
  }): Promise<{ readonly isAccepted: boolean; readonly end: StreamEnd }> {
    const { follower, epoch: known, applied, isSettled } = options;
    const reply = await this.#run(REPORT, known, applied, FOLLOWER + follower, isSettled ? 1 : '');
    const [isAccepted, epoch, last] = reply as [number, string, string];
    return { isAccepted: isAccepted === 1, end: { epoch, last } };
  }

  async leave(follower: string): Promise<void> {
    await this.#redis.hdel(this.#keys[1], FOLLOWER + follower);
  }

  /** Removes reports, except those renewed since they were read. */
  async remove(reports: ReadonlyMap<string, Report>): Promise<void> {
    const pairs = [...reports].flatMap(([follower, { applied, at }]) => [FOLLOWER + follower, `${applied} ${at}`]);
    await runScript(this.#redis, REMOVE, this.#keys, pairs);
  }

  /** Apart from the epoch's hash: the mark outlives a Redis process that is restarted with its data. */
  async mark(): Promise<string | null> {
    return await this.#redis.get(this.#markKey);
  }

  async replaceMark(previous: string | null, next: string): Promise<void> {
    await runScript(this.#redis, REPLACE_MARK, [this.#markKey], [previous ?? '', next]);
  }

  #run(script: Script, ...args: (string | number | Buffer)[]): Promise<unknown> {
    return runScript(this.#redis, script, this.#keys, [randomUUID(), ...args]);
  }
}

/**
 * Reads up to {@link PAGE} entries after `after`, waiting up to `blockMs` for the first one. Use a dedicated connection for
 * a waiting read, since later commands wait behind it. An entry that was not appended by a ledger has no `previous` ('').
 */
export async function readEntries(options: {
  redis: Redis;
  stream: string;
  after: string;
  blockMs: number | null;
}): Promise<ChainedEntry[]> {
  const { redis, stream, after, blockMs } = options;
  const reply =
    blockMs === null
      ? await redis.xreadBuffer('COUNT', PAGE, 'STREAMS', stream, after)
      : await redis.xreadBuffer('COUNT', PAGE, 'BLOCK', blockMs, 'STREAMS', stream, after);
  const entries = (reply as [Buffer, [Buffer, Buffer[]][]][] | null)?.[0]?.[1] ?? [];
  return entries.map(([id, [, payload, , previous]]) => ({
    id: id.toString('latin1'),
    payload: payload ?? Buffer.alloc(0),
    previous: previous?.toString('latin1') ?? '',
  }));
}
