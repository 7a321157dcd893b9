/** What a heartbeat does in Redis, for every set of instances that beat. */
import { defineScript } from './script-runner.ts';

/** KEYS: the set. ARGV: own id or '', expiry in ms. By Redis' clock, so that no two machines' clocks are compared. */
export const BEAT = defineScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[1] ~= '' then redis.call('ZADD', KEYS[1], now, ARGV[1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
return redis.call('ZRANGE', KEYS[1], 0, -1)
`);
