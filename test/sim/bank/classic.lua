-- The bank of banks.ts in the style of the first generation; the two do the same.
bus:register("accounts")

local function account_key(id) return "acc-" .. id end
local function account(id) return redis:get("account:" .. id) or { balance = 0, events = 0 } end

local function move(id, amount)
  local was = account(id)
  redis:set("account:" .. id, { balance = was.balance + amount, events = was.events + 1 })
  redis:push("moves:" .. id, amount)
end

local function debit(id, correlation, amount)
  bus:send("Debit", account_key(id), false, correlation, { amount = amount })
end

local function note(event_type, key, correlation)
  bus:send(event_type, key, true, correlation, json.object{})
end

local function booked(sign)
  return function(event_type, key, correlation, data) move(key:sub(5), sign * data.amount) end
end

bus:add_rebuild_handler("Credit", booked(1))
bus:add_rebuild_handler("Debit", booked(-1))
bus:add_event_listener("Deposited", booked(1))
bus:add_rebuild_handler("Deposited", booked(1))

bus:add_event_listener("Transfer", function(event_type, key, correlation, data)
  if account(data.from).balance < data.amount then return note("Rejected", key, correlation) end
  note("Accepted", key, correlation)
  debit(data.from, correlation, data.amount)
  bus:send("Credit", account_key(data.to), true, correlation, { amount = data.amount })
  move(data.from, -data.amount)
  move(data.to, data.amount)
end)

bus:add_event_listener("Order", function(event_type, key, correlation, data)
  if account(data.account).balance < data.amount then return note("Unpaid", key, correlation) end
  debit(data.account, correlation, data.amount)
  note("Paid", key, correlation)
  move(data.account, -data.amount)
end)

bus:add_route("/withdrawal", "POST", function(method, route, args, data)
  local balance = account(data.id).balance
  if balance < data.amount then return HTTP_CONFLICT, { balance = balance } end
  debit(data.id, nil, data.amount)
  move(data.id, -data.amount)
  return HTTP_CREATED, { amount = data.amount }
end)
