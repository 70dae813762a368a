-- The bank of banks.ts in the modern style; the two do the same.
bus:register("accounts")

local function account_key(id) return "acc-" .. id end
local function id_of(event) return event.key:sub(5) end
local function account(id) return redis:get("account:" .. id) or { balance = 0, events = 0 } end

local function book(id, amount)
  local was = account(id)
  redis:set("account:" .. id, { balance = was.balance + amount, events = was.events + 1 })
end

local function debit(id, amount)
  bus:send{ type = "Debit", key = account_key(id), data = { amount = amount } }
end

local function note(type, key)
  bus:send{ type = type, key = key, data = json.object{}, expect = "any" }
end

local function booked(sign)
  return function(event)
    book(id_of(event), sign * event.data.amount)
    redis:push("statement:" .. id_of(event), { value = event.value })
  end
end

bus:projection("Credit", booked(1))
bus:projection("Debit", booked(-1))

bus:decision("Transfer", function(event)
  local transfer = event.data
  if account(transfer.from).balance < transfer.amount then return note("Rejected", event.key) end
  note("Accepted", event.key)
  debit(transfer.from, transfer.amount)
  bus:send{ type = "Credit", key = account_key(transfer.to), data = { amount = transfer.amount }, expect = "any" }
end)

bus:projection("Order", function(event)
  redis:set("orders", (redis:get("orders") or 0) + 1)
  redis:set("order:" .. event.key, event.data)
end)

bus:decision("Order", function(event)
  local order = redis:get("order:" .. event.key)
  if account(order.account).balance < order.amount then return note("Unpaid", event.key) end
  debit(order.account, order.amount)
  note("Paid", event.key)
end)

bus:route("POST", "/withdrawal", function(request)
  local id, amount = request.body.id, request.body.amount
  local balance = account(id).balance
  if balance < amount then return HTTP_CONFLICT, { balance = balance } end
  debit(id, amount)
  return HTTP_CREATED, { amount = amount }
end)
