-- Checks of what comes from outside. Each returns the value, or nil and the answer's body: what is wrong, and in which field.
local check = {}

local function wrong(field, message)
  return nil, { error = field .. " " .. message, field = field }
end

-- The body of a request: a JSON object.
function check.body(body)
  if type(body) ~= "table" then
    return nil, { error = "the body must be a JSON object", field = "body" }
  end
  return body
end

-- An amount of money: a whole number of minor units (pence) above zero.
function check.amount(value, field)
  if math.type(value) ~= "integer" or value <= 0 then
    return wrong(field, "must be a whole number of pence above zero")
  end
  return value
end

-- The number of an account, a transaction, …: whole and above zero. In addresses it comes as text.
function check.id(value, field)
  if type(value) == "string" and value:match("^%d+$") and #value <= 16 then
    value = math.tointeger(tonumber(value))
  end
  if math.type(value) ~= "integer" or value <= 0 then
    return wrong(field, "must be a whole number above zero")
  end
  return value
end

-- A text of 1 to `longest` bytes; with a pattern, it must match all of it.
function check.text(value, field, longest, pattern, allowed)
  if type(value) ~= "string" or value == "" or #value > longest then
    return wrong(field, "must be a text of 1 to " .. longest .. " characters")
  end
  if pattern and not value:match(pattern) then
    return wrong(field, "may have " .. allowed .. " only")
  end
  return value
end

-- A count in the query part of an address, e.g. ?limit=20.
function check.count(value, field, default, most)
  if value == nil then
    return default
  end
  local count = value:match("^%d+$") and #value <= 16 and math.tointeger(tonumber(value))
  if not count or (most and (count < 1 or count > most)) then
    return wrong(field, "must be a whole number" .. (most and " from 1 to " .. most or ""))
  end
  return count
end

return check
