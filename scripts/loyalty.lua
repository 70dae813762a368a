-- Loyalty: points for large transfers, refunds for those who have points. One point is worth one penny.
--
-- A transfer above £100 earns its sender 10% of the amount in points. A transfer above £25 whose 10% the sender's points
-- cover is refunded these 10%, and that many points are spent. Both rules look at the points as they were before.
local check = require("lib.check")

bus:register("loyalty")

local EARNS_ABOVE, REFUNDED_ABOVE = 10000, 2500

local function points_key(account_id) return "points-" .. account_id end
local function get_points(account_id)
  return redis:get("points:" .. account_id) or { id = account_id, points = 0, refunded = 0 }
end

bus:projection("PointsEarned", function(event)
  local member = get_points(event.data.account_id)
  member.points = member.points + event.data.points
  redis:set("points:" .. member.id, member)
end)

bus:projection("PointsSpent", function(event)
  local member = get_points(event.data.account_id)
  member.points = member.points - event.data.points
  member.refunded = member.refunded + event.data.points
  redis:set("points:" .. member.id, member)
end)

bus:decision("AcceptedTransaction", function(event)
  local transfer = event.data
  local account_id, tenth = transfer.from_account_id, transfer.amount // 10
  local points = get_points(account_id).points
  local reward = { account_id = account_id, points = tenth, transaction_id = transfer.transaction_id }

  if transfer.amount > REFUNDED_ABOVE and points >= tenth then
    bus:send{ type = "PointsSpent", key = points_key(account_id), data = reward }
    bus:send{
      type = "ConfirmedCredit", key = "acc-" .. account_id, expect = "any",
      data = { id = account_id, amount = tenth, note = "Loyalty refund of transfer " .. transfer.transaction_id },
    }
  end
  if transfer.amount > EARNS_ABOVE then
    bus:send{ type = "PointsEarned", key = points_key(account_id), data = reward }
  end
end)

bus:route("GET", "/points/{id}", function(request)
  local id, problem = check.id(request.args.id, "id")
  if not id then return HTTP_BAD_REQUEST, problem end
  return HTTP_OK, get_points(id)
end)
