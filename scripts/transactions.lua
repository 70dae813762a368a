-- Transactions: orders to move money, and what became of them. The accounts service gives the verdict.
local check = require("lib.check")
local ids = require("lib.ids")

bus:register("transactions")

-- State ------------------------------------------------------------------------------------------------------------------

bus:projection("PendingTransaction", function(event)
  local transfer = event.data
  ids.taken("transaction", transfer.id)
  redis:set("transaction:" .. transfer.id, {
    id = transfer.id, fromAccountId = transfer.fromAccountId, toAccountId = transfer.toAccountId,
    amount = transfer.amount, note = transfer.note, status = "pending",
  })
end)

-- The verdict is the second event of its key, so its cursor is 1.
local VERDICT = 1

local function verdict(transaction)
  return { id = transaction.id, status = transaction.status, reason = transaction.reason }
end

local function conclude(event, status)
  local key = "transaction:" .. event.data.transaction_id
  local transaction = redis:get(key)
  transaction.status = status
  transaction.reason = event.data.reason
  redis:set(key, transaction)
  updates:publish(key, verdict(transaction), VERDICT)
end

bus:projection("AcceptedTransaction", function(event) conclude(event, "accepted") end)
bus:projection("RejectedTransaction", function(event) conclude(event, "rejected") end)

updates:resume("transaction:{id}", function(args, after)
  local transaction = redis:get("transaction:" .. args.id)
  if after >= VERDICT or not transaction or transaction.status == "pending" then return {} end
  return { { cursor = VERDICT, data = verdict(transaction) } }
end)

-- Routes -----------------------------------------------------------------------------------------------------------------

bus:route("POST", "/createTransaction", function(request)
  local body, problem = check.body(request.body)
  if not body then return HTTP_BAD_REQUEST, problem end

  local from, to, amount
  from, problem = check.id(body.fromAccountId, "fromAccountId")
  if not from then return HTTP_BAD_REQUEST, problem end
  to, problem = check.id(body.toAccountId, "toAccountId")
  if not to then return HTTP_BAD_REQUEST, problem end
  if from == to then
    return HTTP_BAD_REQUEST, { error = "toAccountId must be another account than fromAccountId", field = "toAccountId" }
  end
  amount, problem = check.amount(body.amount, "amount")
  if not amount then return HTTP_BAD_REQUEST, problem end
  local note = body.note
  if note ~= nil then
    note, problem = check.text(note, "note", 200)
    if not note then return HTTP_BAD_REQUEST, problem end
  end

  local id = ids.next("transaction")
  bus:send{
    type = "PendingTransaction", key = "trans-" .. id, expect = "new",
    data = { id = id, fromAccountId = from, toAccountId = to, amount = amount, note = note },
  }
  return HTTP_CREATED, { transactionId = id }
end)

bus:route("GET", "/transaction/{id}", function(request)
  local transaction = redis:get("transaction:" .. request.args.id)
  if not transaction then
    return HTTP_NOT_FOUND, { error = "there is no transaction " .. request.args.id }
  end
  return HTTP_OK, transaction
end)
