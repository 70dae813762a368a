-- Accounts: the money. It is the only service that moves any.
--
-- The balance of an account is the fold of its credits and debits. Everything that takes money is decided on the balance
-- and sent with `seen` (the default): if anything of that account was not known here when the decision was taken, the bus
-- refuses it and the host decides again. So no balance is ever below zero.
local check = require("lib.check")
local ids = require("lib.ids")

bus:register("accounts")

-- Above it there is room for a thousand credits as large: those that are decided at the same time know nothing of each other
-- (`expect = "any"`), and what a transfer has taken from one account must always fit into the other.
local BALANCE_MAX = math.maxinteger // 1024

local function account_key(id) return "acc-" .. id end
local function get_account(id) return redis:get("account:" .. id) end

-- State ------------------------------------------------------------------------------------------------------------------

bus:projection("AccountCreated", function(event)
  local id = event.data.acc_id
  ids.taken("account", id)
  redis:set("account:" .. id, { id = id, balance = 0, entries = 0, username = event.data.username })
end)

local function statement_key(id) return "statement:" .. id end
local function topic(id) return "account:" .. id end

-- One line of the statement: `amount` is negative for a debit. Whoever watches the account gets it too.
local function book(event, amount)
  local id = event.data.id
  local account = get_account(id)
  account.balance = account.balance + amount
  account.entries = account.entries + 1
  redis:set("account:" .. id, account)
  local entry = {
    seq = account.entries, timestamp = event.ts, amount = amount, note = event.data.note, balance = account.balance,
  }
  redis:push(statement_key(id), entry)
  updates:publish(topic(id), entry, entry.seq)
end

bus:projection("ConfirmedCredit", function(event) book(event, event.data.amount) end)
bus:projection("ConfirmedDebit", function(event) book(event, -event.data.amount) end)

-- What a watcher has missed: the entries after the last one it has, a page at a time.
updates:resume(topic("{id}"), function(args, after)
  local list, missed = statement_key(args.id), {}
  local first = math.min(math.max(after, 0), redis:len(list))
  for n, entry in ipairs(redis:range(list, first, first + 99)) do
    missed[n] = { cursor = entry.seq, data = entry }
  end
  return missed
end)

-- Decisions --------------------------------------------------------------------------------------------------------------

bus:decision("AccountCreationRequest", function(event)
  local id = ids.next("account")
  bus:send{
    type = "AccountCreated", key = account_key(id), expect = "new",
    data = { acc_id = id, request_id = event.data.request_id, username = event.data.username },
  }
end)

local function refusal(transfer, from, to)
  if not to then return "Recipient account does not exist" end
  if not from then return "Sender account does not exist" end
  if from.balance < transfer.amount then return "Insufficient Balance" end
  if to.balance > BALANCE_MAX - transfer.amount then return "Recipient balance would be too large" end
end

bus:decision("PendingTransaction", function(event)
  local transfer = event.data
  local from, to = get_account(transfer.fromAccountId), get_account(transfer.toAccountId)

  local reason = refusal(transfer, from, to)
  if reason then
    bus:send{ type = "RejectedTransaction", key = event.key, data = { transaction_id = transfer.id, reason = reason } }
    return
  end

  local note = transfer.note
  bus:send{
    type = "AcceptedTransaction", key = event.key,
    data = { transaction_id = transfer.id, from_account_id = from.id, to_account_id = to.id, amount = transfer.amount },
  }
  bus:send{
    type = "ConfirmedDebit", key = account_key(from.id),
    data = { id = from.id, amount = transfer.amount, note = note or "Transfer to " .. to.id },
  }
  bus:send{
    type = "ConfirmedCredit", key = account_key(to.id), expect = "any",
    data = { id = to.id, amount = transfer.amount, note = note or "Transfer from " .. from.id },
  }
end)

-- Routes -----------------------------------------------------------------------------------------------------------------

-- Calls `answer(account, request)` for an account that exists.
local function with_account(answer)
  return function(request)
    local account = get_account(request.args.id)
    if not account then return HTTP_NOT_FOUND, { error = "there is no account " .. request.args.id } end
    return answer(account, request)
  end
end

bus:route("GET", "/account/{id}", with_account(function(account)
  return HTTP_OK, { id = account.id, balance = account.balance }
end))

bus:route("GET", "/account/{id}/statement", with_account(function(account, request)
  local after, limit, problem
  after, problem = check.count(request.query.after, "after", 0)
  if not after then return HTTP_BAD_REQUEST, problem end
  limit, problem = check.count(request.query.limit, "limit", account.entries, 10000)
  if not limit then return HTTP_BAD_REQUEST, problem end
  local last
  last, problem = check.count(request.query.last, "last", nil, 10000)
  if problem then return HTTP_BAD_REQUEST, problem end
  after = math.min(math.max(after, last and account.entries - last or 0), account.entries)

  local statements = limit > 0 and redis:range(statement_key(account.id), after, after + limit - 1) or {}
  local read = after + #statements
  return HTTP_OK, {
    id = account.id, balance = account.balance, entries = account.entries,
    statements = statements, next = read < account.entries and read or nil,
  }
end))

-- Calls `answer(account, amount)` for a request that names an amount.
local function with_amount(answer)
  return with_account(function(account, request)
    local body, problem = check.body(request.body)
    if not body then return HTTP_BAD_REQUEST, problem end
    local amount
    amount, problem = check.amount(body.amount, "amount")
    if not amount then return HTTP_BAD_REQUEST, problem end
    return answer(account, amount)
  end)
end

bus:route("POST", "/account/{id}/deposit", with_amount(function(account, amount)
  if account.balance > BALANCE_MAX - amount then
    return HTTP_BAD_REQUEST, { error = "amount is more than this account can hold", field = "amount" }
  end

  bus:send{
    type = "ConfirmedCredit", key = account_key(account.id),
    data = { id = account.id, amount = amount, note = "Deposit to " .. account.id },
  }
  return HTTP_CREATED, { id = account.id, status = "pending" }
end))

bus:route("POST", "/account/{id}/withdrawal", with_amount(function(account, amount)
  if account.balance < amount then
    return HTTP_BAD_REQUEST, { error = "not enough funds", field = "amount" }
  end

  bus:send{
    type = "ConfirmedDebit", key = account_key(account.id),
    data = { id = account.id, amount = amount, note = "Withdrawal from " .. account.id },
  }
  return HTTP_CREATED, { id = account.id, status = "pending" }
end))
