/** The Lua scripts over one user's entry; the entry's layout is that of protocol's `position-record.ts`. */
import { defineScript } from '@nearby-friends/bus';
import { RECORD_FORMAT_VERSION } from '@nearby-friends/protocol';

/** A gateway's estimate of Redis' clock may run ahead by this much, ms; beyond it Redis' own time is used. */
const MAX_CLOCK_LEAD_MS = 1_000;

/**
 * Keeps and publishes one position in one step (L3, L4).
 *
 * KEYS: the user's key, which is the channel too. ARGV: `at` in ms, TTL in ms, body.
 * Returns {outcome, at, announced, activeSince}; outcome as the index in protocol's RECORD_OUTCOMES.
 *
 * Two devices may report within the same millisecond: the later one to arrive gets the next millisecond, while the
 * same position sent again (an asker that saw no answer) changes nothing.
 */
export const RECORD_POSITION = defineScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local at = tonumber(ARGV[1])
if at > now + ${MAX_CLOCK_LEAD_MS} then at = now end
if at + ARGV[2] <= now then return {2, 0, 0, 0} end

local announced, since = 0, at
local previous = redis.call('GET', KEYS[1])
if previous and string.byte(previous) == ${RECORD_FORMAT_VERSION} then
  local _, wasAnnounced, wasSince, previousAt = struct.unpack('>BBdd', previous)
  announced, since = wasAnnounced, wasSince
  if at < previousAt then return {1, previousAt, announced, since} end
  if at == previousAt then
    if string.sub(previous, 19) == ARGV[3] then return {0, at, announced, since} end
    at = at + 1
  end
end

local entry = struct.pack('>BBdd', ${RECORD_FORMAT_VERSION}, announced, since, at) .. ARGV[3]
redis.call('SET', KEYS[1], entry, 'PXAT', string.format('%.0f', at + ARGV[2]))
redis.call('SPUBLISH', KEYS[1], entry)
return {0, at, announced, since}
`);

/** KEYS: the user's key. ARGV: activeSince in ms. SETRANGE keeps the TTL, and is not run where there is no entry. */
export const MARK_ANNOUNCED = defineScript(`
local header = redis.call('GETRANGE', KEYS[1], 0, 9)
if #header < 10 then return 0 end
local _, _, since = struct.unpack('>BBd', header)
if since ~= tonumber(ARGV[1]) then return 0 end
redis.call('SETRANGE', KEYS[1], 1, '\\1')
return 1
`);
