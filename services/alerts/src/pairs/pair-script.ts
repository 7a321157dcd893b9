/** The script that decides whether a viewer is alerted: far or near, cool-down and limits, in one atomic step. */
import { defineScript } from '@nearby-friends/bus';

/** A friend without a position for this long counts as far, ms. */
export const LOST_MS = 30 * 60_000;
/** After a friend was last near there is no alert of the same friend for this long, ms. */
export const COOL_DOWN_MS = 4 * 3_600_000;
export const MAX_PER_HOUR = 6;
export const MAX_PER_DAY = 20;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * KEYS: the viewer's hash. ARGV: now (ms), then pairs of field and observation:
 * `n` near and may be alerted, `q` near without an alert (muted, quiet, the page is visible), `k` between the radii or too
 * uncertain (keeps its state), `f` far, `o` an event that happens once and has no state.
 *
 * A field holds `state lastNear` (state: n or f; lastNear in ms). `:sent` holds the times of the alerts of the last day. Names
 * of fields that are no user have a colon. Returns the fields of which the viewer is to be alerted.
 */
export const DECIDE_ALERTS = defineScript(`
local key, now = KEYS[1], tonumber(ARGV[1])
local sent, inHour = {}, 0
for time in string.gmatch(redis.call('HGET', key, ':sent') or '', '%d+') do
  local at = tonumber(time)
  if at > now - ${DAY_MS} and at <= now then
    sent[#sent + 1] = time
    if at > now - ${HOUR_MS} then inHour = inHour + 1 end
  end
end
local alerts = {}
local changed = false
for i = 2, #ARGV, 2 do
  local field, seen = ARGV[i], ARGV[i + 1]
  local value = redis.call('HGET', key, field)
  local state, lastNear = 'f', nil
  if value then
    state, lastNear = string.sub(value, 1, 1), tonumber(string.sub(value, 3))
    if state == 'n' and now - lastNear > ${LOST_MS} then state = 'f' end
  end
  local isNear = seen == 'n' or seen == 'q' or seen == 'o' or (seen == 'k' and state == 'n')
  if isNear then
    local isNew = state == 'f' and (not lastNear or now - lastNear >= ${COOL_DOWN_MS})
    if isNew and (seen == 'n' or seen == 'o') and inHour < ${MAX_PER_HOUR} and #sent < ${MAX_PER_DAY} then
      alerts[#alerts + 1] = field
      sent[#sent + 1] = string.format('%.0f', now)
      inHour = inHour + 1
    end
    redis.call('HSET', key, field, (seen == 'o' and 'f ' or 'n ') .. string.format('%.0f', now))
    changed = true
  elseif seen == 'f' and value and string.sub(value, 1, 1) == 'n' then
    redis.call('HSET', key, field, 'f ' .. string.format('%.0f', lastNear))
    changed = true
  end
end
if changed then
  if #alerts > 0 then redis.call('HSET', key, ':sent', table.concat(sent, ' ')) end
  local all = redis.call('HGETALL', key)
  for i = 1, #all, 2 do
    local at = tonumber(string.sub(all[i + 1], 3))
    if all[i] ~= ':sent' and (not at or at < now - ${DAY_MS}) then redis.call('HDEL', key, all[i]) end
  end
  redis.call('PEXPIRE', key, ${DAY_MS})
end
return alerts
`);
