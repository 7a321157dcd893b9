/** The Lua script that deletes the entries of erased users and leaves a tombstone for each. */
import { defineScript } from '@nearby-friends/bus';
import { MAX_STAYS_VISIBLE_SECONDS } from '@nearby-friends/protocol';
import { MAX_CLOCK_LEAD_MS } from './record-script.ts';

/**
 * KEYS: the tombstones, then the users' keys. ARGV: TTL in ms.
 *
 * A tombstone says until which time positions of the user are refused: those that a gateway received before the erasure and
 * that are still on their way. Their times may be ahead of Redis' clock by {@link MAX_CLOCK_LEAD_MS}. It names no user, and
 * goes after the TTL or the longest lifetime: such a position has expired by then.
 */
export const FORGET_USERS = defineScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local longest = math.max(tonumber(ARGV[1]), ${MAX_STAYS_VISIBLE_SECONDS * 1000})
local last = now + ${MAX_CLOCK_LEAD_MS}
for i = 2, #KEYS do
  redis.call('ZADD', KEYS[1], 'GT', string.format('%.0f', last), redis.sha1hex(KEYS[i]))
  redis.call('UNLINK', KEYS[i])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - longest))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', longest + ${MAX_CLOCK_LEAD_MS}))
return #KEYS - 1
`);
