import { createHash } from 'node:crypto';

/**
 * What runs inside Redis. A commit is one script, so nothing comes between its checks and its writes; it looks at all
 * expectations and at the types of all writes before it changes anything, because Redis does not undo a script that fails.
 *
 * KEYS[i] belongs to operation i, which is ARGV[3i-2 … 3i]: a code and two arguments.
 *   expectations   is/no: text        his/hno: field, text        len: number of items        items: index of the first, all of them
 *   writes         set: ttl or '', text   del   hset: field, text   hdel: field   raise: number   push: text
 * Returns 0, or the number of the first expectation that does not hold.
 */
export interface Script {
  readonly text: string;
  readonly sha: string;
}

/** Integers as Redis itself reads them, within ±(2^53-1): beyond, Lua's numbers are not exact. */
const INTEGER = `
local function integer(text)
  if not text then return 0 end
  if not (text == '0' or string.match(text, '^%-?[1-9]%d*$')) then return nil end
  local number = tonumber(text)
  if number > 9007199254740991 or number < -9007199254740991 then return nil end
  return number
end
local wrong = 'WRONGTYPE '
`;

export const COMMIT = script(`${INTEGER}
local count = #KEYS
local function operation(i) return KEYS[i], ARGV[3 * i - 2], ARGV[3 * i - 1], ARGV[3 * i] end

-- The items one after the other, each behind its length and a colon.
local function itemsAre(key, from, expected)
  local count, at = 0, 1
  local texts = {}
  while at <= #expected do
    local colon = string.find(expected, ':', at, true)
    local length = tonumber(string.sub(expected, at, colon - 1))
    count = count + 1
    texts[count] = string.sub(expected, colon + 1, colon + length)
    at = colon + length + 1
  end
  local items = redis.pcall('LRANGE', key, from, from + count - 1)
  if items.err or #items ~= count then return false end
  for i = 1, count do if items[i] ~= texts[i] then return false end end
  return true
end

local function holds(key, code, a, b)
  if code == 'is' then return redis.pcall('GET', key) == b end
  if code == 'no' then return redis.call('EXISTS', key) == 0 end
  if code == 'his' then return redis.call('HGET', key, a) == b end
  if code == 'hno' then return redis.call('HEXISTS', key, a) == 0 end
  if code == 'items' then return itemsAre(key, tonumber(a), b) end
  if a == '0' then return redis.call('EXISTS', key) == 0 end
  return redis.pcall('LLEN', key) == tonumber(a)
end

-- What stands under a data key once the writes so far are done: false, a text, or 'list' in a table.
local planned = {}
local function plan(key)
  local value = planned[key]
  if value ~= nil then return value end
  local kind = redis.call('TYPE', key).ok
  if kind == 'string' then return redis.call('GET', key) end
  if kind == 'none' then return false end
  return { kind }
end

local writes = count + 1
for i = 1, count do
  local key, code, a, b = operation(i)
  if code == 'is' or code == 'no' or code == 'his' or code == 'hno' or code == 'len' or code == 'items' then
    if not holds(key, code, a, b) then return i end
  else
    if writes > i then writes = i end
    if code == 'set' then planned[key] = b
    elseif code == 'del' then planned[key] = false
    elseif code == 'raise' then
      local value = plan(key)
      local number = type(value) ~= 'table' and integer(value)
      if not number then return redis.error_reply(wrong .. key .. ' holds no integer') end
      if tonumber(a) > number then planned[key] = a end
    elseif code == 'push' then
      local value = plan(key)
      if type(value) == 'string' or (value and value[1] ~= 'list') then
        return redis.error_reply(wrong .. key .. ' holds a value, no list')
      end
      planned[key] = { 'list' }
    end
  end
end

for i = writes, count do
  local key, code, a, b = operation(i)
  if code == 'set' then
    if a == '' then redis.call('SET', key, b) else redis.call('SET', key, b, 'PX', a) end
  elseif code == 'del' then redis.call('DEL', key)
  elseif code == 'hset' then redis.call('HSET', key, a, b)
  elseif code == 'hdel' then redis.call('HDEL', key, a)
  elseif code == 'raise' then
    if tonumber(a) > integer(redis.call('GET', key)) then redis.call('SET', key, a, 'KEEPTTL') end
  else redis.call('RPUSH', key, b)
  end
end
return 0
`);

/** KEYS[1] += ARGV[1], keeping the time to live. The sum is returned as text: ioredis rounds integer replies near 2^53. */
export const INCREMENT = script(`${INTEGER}
local value = redis.pcall('GET', KEYS[1])
if type(value) == 'table' then return redis.error_reply(wrong .. KEYS[1] .. ' holds a list, no value') end
local number = integer(value)
if not number then return redis.error_reply(wrong .. KEYS[1] .. ' holds no integer') end
local sum = number + tonumber(ARGV[1])
if sum > 9007199254740991 or sum < -9007199254740991 then
  return redis.error_reply(wrong .. KEYS[1] .. ' would leave the integers within +-(2^53-1)')
end
redis.call('INCRBY', KEYS[1], ARGV[1])
return string.format('%.0f', sum)
`);

function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}
