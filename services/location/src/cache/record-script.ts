/** The Lua scripts for users' entries. For their layout see `position-record.ts` in protocol. */
import { defineScript } from '@nearby-friends/bus';
import {
  DEVICE_BYTES,
  FIXED_BODY_BYTES,
  HAS_DEVICE_MARK,
  HAS_LIFETIME,
  instanceChannel,
  LIFETIME_BYTES,
  MARK_BYTES_WITHOUT_GATEWAY,
  MAX_STAYS_VISIBLE_SECONDS,
  RECORD_FORMAT_VERSION,
  RECORD_HEADER_BYTES,
  RECORD_OUTCOMES,
  type RecordOutcome,
  SHARING_SILENCE_MS,
} from '@nearby-friends/protocol';

/** A gateway's estimate of Redis' clock may be ahead by this much, ms; beyond it Redis' own time is used. */
export const MAX_CLOCK_LEAD_MS = 1_000;

/** The mark of a user who has ended sharing: this byte, and until when positions are void, ms as f64. */
export const STOPPED_FORMAT = 0;
const STOPPED_BYTES = 9;
/** Longer than any position is under way, ms. */
const STOPPED_TTL_MS = 60_000;

const outcome = (name: RecordOutcome): number => RECORD_OUTCOMES.indexOf(name);

/**
 * Stores and publishes positions in order, each in one step (L3, L4). `pack-positions.ts` encodes and decodes.
 *
 * KEYS: each position's key, which is also its channel; a user may occur twice; last the tombstones of
 * `forget-script.ts`. ARGV: TTL in ms, then for each position
 * `f64 at, u8 length, body` as one string, then what is before and after a gateway's id in the name of its channel.
 * Returns for each `u8 outcome, f64 at, u8 announced, f64 activeSince` as one string and, if Redis refused any, the first reason.
 *
 * An error would skip the positions after it and lose the outcomes before it, so none is raised: commands use `pcall`, and
 * lengths are checked before unpacking. A position that Redis refuses (a key of another type, no memory) is `failed`.
 *
 * No entry is stored with a time of more than the lead after Redis' own. One that has such a time is from before Redis' clock
 * was set back: how old it is, is unknown, and any report replaces it. Otherwise all reports would be refused until the clock
 * has caught up.
 *
 * A user who has ended sharing has no entry but a mark in its place: positions of before that, which were under way, are
 * superseded by it.
 *
 * One device of a user shares at a time: the one whose mark the entry has (`device-mark.ts` in protocol). A report of another
 * device is `unshared`, unless it claims, or the sharing device has been silent for too long, has left, or was connected to a
 * gateway that is gone: the process of a gateway subscribes a channel of its own as long as it lives.
 *
 * A body may say how long its position lives, in place of the TTL; that of a newer position counts, also if it is shorter.
 *
 * Two devices may report within the same millisecond: the later arrival gets the next millisecond. The same position sent
 * again (a caller that got no response) changes nothing.
 */
export const RECORD_POSITIONS = defineScript(`
local pcall, pack, unpack = redis.pcall, struct.pack, struct.unpack
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ttl = tonumber(ARGV[1])
local reason

-- The newest tombstone: with one command a batch, positions received after the last erasure need no look at theirs.
local tombstones = KEYS[#KEYS]
local newest = pcall('ZREVRANGE', tombstones, 0, 0, 'WITHSCORES')
local lastErasure = newest[2] and tonumber(newest[2]) or 0

local function isErased(key, at)
  if at > lastErasure then return false end
  local score = pcall('ZSCORE', tombstones, redis.sha1hex(key))
  return type(score) == 'string' and at <= tonumber(score)
end

local function refused(reply)
  if type(reply) ~= 'table' or not reply.err then return false end
  reason = reason or reply.err
  return true
end

-- A body without its mark, and the mark: gateway, whether it claims, device, time of its last report.
local function split(body)
  local length = #body
  if length < ${MARK_BYTES_WITHOUT_GATEWAY} or string.byte(body) % ${2 * HAS_DEVICE_MARK} < ${HAS_DEVICE_MARK} then return body end
  local gateway = string.byte(body, length - 17)
  local core = length - ${MARK_BYTES_WITHOUT_GATEWAY} - gateway
  local unmarked = string.char(string.byte(body) - ${HAS_DEVICE_MARK}) .. string.sub(body, 2, core)
  return unmarked, string.sub(body, core + 1, length - 18), string.byte(body, length - 16) == 1,
    string.sub(body, length - 15, length - 8), unpack('>d', body, length - 7)
end

-- How long the position lives, ms.
local function lifetimeOf(core)
  if #core < ${FIXED_BODY_BYTES + LIFETIME_BYTES} or string.byte(core) % ${2 * HAS_LIFETIME} < ${HAS_LIFETIME} then return ttl end
  return math.min(${MAX_STAYS_VISIBLE_SECONDS}, (unpack('>H', core, #core - ${LIFETIME_BYTES - 1}))) * 1000
end

local function marked(core, gateway, device)
  local flagged = string.char(string.byte(core) + ${HAS_DEVICE_MARK}) .. string.sub(core, 2)
  return flagged .. gateway .. string.char(#gateway, 0) .. device .. pack('>d', now)
end

-- A device that reports without a connection has none to lose.
local function isConnected(gateway)
  if gateway == '' then return true end
  local reply = pcall('PUBSUB', 'SHARDNUMSUB', ARGV[3] .. gateway .. ARGV[4])
  return reply.err or reply[2] > 0
end

local function record(key, at, body)
  if at > now + ${MAX_CLOCK_LEAD_MS} then at = now end
  local core, gateway, claims, device = split(body)
  local lifetime = lifetimeOf(core)
  if at + lifetime <= now or isErased(key, at) then return ${outcome('expired')}, 0, 0, 0 end

  local announced, since, result = 0, at, ${outcome('stored')}
  local previous = pcall('GET', key)
  if refused(previous) then return ${outcome('failed')}, 0, 0, 0 end
  if previous and string.byte(previous) == ${STOPPED_FORMAT} and #previous == ${STOPPED_BYTES} then
    local _, stoppedAt = unpack('>Bd', previous)
    if at <= stoppedAt and stoppedAt <= now + ${MAX_CLOCK_LEAD_MS} then return ${outcome('superseded')}, at, 0, 0 end
  end
  if previous and string.byte(previous) == ${RECORD_FORMAT_VERSION} and #previous >= ${RECORD_HEADER_BYTES} then
    local _, wasAnnounced, wasSince, previousAt = unpack('>BBdd', previous)
    announced, since = wasAnnounced, wasSince
    local previousCore, sharer, _, sharingDevice, heardAt = split(string.sub(previous, ${RECORD_HEADER_BYTES + 1}))
    local isOther = device and sharingDevice and sharingDevice ~= device
    if isOther then
      local isSharing = heardAt + ${SHARING_SILENCE_MS} > now and heardAt <= now + ${MAX_CLOCK_LEAD_MS}
      if isSharing and not claims and isConnected(sharer) then return ${outcome('unshared')}, at, announced, since end
      if heardAt > 0 then result = ${outcome('taken-over')} end
    end
    if previousAt > now + ${MAX_CLOCK_LEAD_MS} then previousAt = 0 end
    if at < previousAt then
      if not isOther then return ${outcome('superseded')}, previousAt, announced, since end
      local entry = string.sub(previous, 1, ${RECORD_HEADER_BYTES}) .. marked(previousCore, gateway, device)
      if refused(pcall('SET', key, entry, 'KEEPTTL')) then return ${outcome('failed')}, 0, 0, 0 end
      return ${outcome('taken-over')}, previousAt, 1, since
    end
    if at == previousAt then
      if previousCore == core and not isOther then
        if device and sharingDevice then pcall('SETRANGE', key, #previous - 8, pack('>d', now)) end
        return ${outcome('stored')}, at, announced, since
      end
      at = at + 1
    end
  end

  local entry = pack('>BBdd', ${RECORD_FORMAT_VERSION}, announced, since, at)
  entry = entry .. (device and marked(core, gateway, device) or core)
  if refused(pcall('SET', key, entry, 'PXAT', string.format('%.0f', at + lifetime))) then return ${outcome('failed')}, 0, 0, 0 end
  if refused(pcall('SPUBLISH', key, entry)) then return ${outcome('failed')}, 0, 0, 0 end
  return result, at, announced, since
end

local answers = {}
local at, body
local offset = 1
for i = 1, #KEYS - 1 do
  at, body, offset = unpack('>dBc0', ARGV[2], offset)
  answers[i] = pack('>BdBd', record(KEYS[i], at, body))
end
return {table.concat(answers), reason}
`);

/**
 * KEYS: a user's key. Deletes the entry if its time lies in the future, see {@link RECORD_POSITIONS}: it would count as new
 * once the clock has caught up.
 */
export const FORGET_FUTURE = defineScript(`
local time = redis.call('TIME')
local header = redis.call('GETRANGE', KEYS[1], 0, ${RECORD_HEADER_BYTES - 1})
if #header < ${RECORD_HEADER_BYTES} then return 0 end
local _, _, _, at = struct.unpack('>BBdd', header)
if at <= time[1] * 1000 + math.floor(time[2] / 1000) + ${MAX_CLOCK_LEAD_MS} then return 0 end
return redis.call('UNLINK', KEYS[1])
`);

/** What is before and after a gateway's id in the name of its channel, arguments of {@link RECORD_POSITIONS}. */
export const GATEWAY_CHANNEL: readonly string[] = instanceChannel('gateway', '*').split('*');

/**
 * KEYS: the user's key. ARGV: a device, the time of its last stored position in ms. The device shares no more, unless it has
 * reported since or another one shares.
 */
export const RELEASE_DEVICE = defineScript(`
local entry = redis.call('GET', KEYS[1])
if not entry or #entry < ${RECORD_HEADER_BYTES + MARK_BYTES_WITHOUT_GATEWAY} then return 0 end
local _, _, _, at = struct.unpack('>BBdd', entry)
if at > tonumber(ARGV[2]) then return 0 end
if string.byte(entry, ${RECORD_HEADER_BYTES + 1}) % ${2 * HAS_DEVICE_MARK} < ${HAS_DEVICE_MARK} then return 0 end
if string.sub(entry, -${DEVICE_BYTES + 8}, -9) ~= ARGV[1] then return 0 end
redis.call('SETRANGE', KEYS[1], #entry - 8, struct.pack('>d', 0))
return 1
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

/**
 * KEYS: the user's key. ARGV: until when positions are void, ms. Replaces the entry by a mark, unless it is newer: then another
 * device of the user goes on sharing. An earlier mark with a later time stays. Returns whether there was an entry to delete.
 */
export const STOP_SHARING = defineScript(`
local before = tonumber(ARGV[1])
local previous = redis.call('GET', KEYS[1])
local wasShared = 0
if previous and string.byte(previous) == ${STOPPED_FORMAT} and #previous == ${STOPPED_BYTES} then
  local _, stoppedAt = struct.unpack('>Bd', previous)
  if stoppedAt > before then return 0 end
elseif previous and #previous >= ${RECORD_HEADER_BYTES} then
  local _, _, _, at = struct.unpack('>BBdd', previous)
  if at > before then return 0 end
  wasShared = 1
end
redis.call('SET', KEYS[1], struct.pack('>Bd', ${STOPPED_FORMAT}, before), 'PX', ${STOPPED_TTL_MS})
return wasShared
`);
