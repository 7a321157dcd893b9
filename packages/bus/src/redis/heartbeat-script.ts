/** The script that writes a heartbeat and reads the live instances of a service. */
import { defineScript } from './script-runner.ts';

/** KEYS: the sorted set. ARGV: own id or '', expiry in ms. Uses Redis' clock, so machines' clocks are never compared. */
export const HEARTBEAT = defineScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[1] ~= '' then redis.call('ZADD', KEYS[1], now, ARGV[1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
return redis.call('ZRANGE', KEYS[1], 0, -1)
`);
