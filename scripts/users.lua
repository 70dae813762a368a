-- Users: their names, their passwords, and which money accounts they have.
--
-- A name is unique because UserCreated is the first event of its key. A money account is asked for here
-- (AccountCreationRequest) and made by the accounts service (AccountCreated).
local check = require("lib.check")
local ids = require("lib.ids")

bus:register("users")

local PENDING, CREATED = "pending", "created"

-- State ------------------------------------------------------------------------------------------------------------------

bus:projection("UserCreated", function(event)
  redis:set("user:" .. event.data.username, { username = event.data.username, created = event.time })
end)

bus:projection("UserCredentialSet", function(event)
  redis:set("credential:" .. event.data.username, event.data.password)
end)

bus:projection("AccountCreationRequest", function(event)
  local request = event.data
  ids.taken("request", tonumber(request.request_id))
  -- The account may be known before the request: their events have different keys.
  if not redis:get("request:" .. request.request_id) then
    redis:set("request:" .. request.request_id, { username = request.username, status = PENDING })
  end
end)

bus:projection("AccountCreated", function(event)
  local account = event.data
  redis:set("request:" .. account.request_id, {
    username = account.username, status = CREATED, account_id = account.acc_id,
  })
  redis:push("accounts:" .. account.username, account.acc_id)
end)

-- Routes -----------------------------------------------------------------------------------------------------------------

local function not_found(username)
  return HTTP_NOT_FOUND, { status = "unknown", error = "there is no user " .. username }
end

bus:route("POST", "/user", function(request)
  local body, problem = check.body(request.body)
  if not body then return HTTP_BAD_REQUEST, problem end
  local username
  username, problem = check.text(body.username, "username", 64, "^[%w._-]+$", "letters, digits, dot, dash and underscore")
  if not username then return HTTP_BAD_REQUEST, problem end
  if body.password ~= nil then
    local password
    password, problem = check.text(body.password, "password", 1024)
    if not password then return HTTP_BAD_REQUEST, problem end
  end

  if redis:get("user:" .. username) then
    return HTTP_BAD_REQUEST, { status = "failed", error = "the name " .. username .. " is taken", field = "username" }
  end

  local key = "user-" .. username
  bus:send{ type = "UserCreated", key = key, data = { username = username }, expect = "new" }
  if body.password then
    bus:send{
      type = "UserCredentialSet", key = key, expect = "any",
      data = { username = username, password = auth:hash_password(body.password) },
    }
  end
  return HTTP_OK, { status = CREATED }
end)

bus:route("GET", "/user/{username}", function(request)
  local username = request.args.username
  if not redis:get("user:" .. username) then return not_found(username) end
  return HTTP_OK, { accounts = redis:range("accounts:" .. username, 0, -1) }
end)

bus:route("POST", "/user/{username}", function(request)
  local username = request.args.username
  if not redis:get("user:" .. username) then return not_found(username) end

  local request_id = tostring(ids.next("request"))
  bus:send{
    type = "AccountCreationRequest", key = "creation-" .. request_id, expect = "new",
    data = { request_id = request_id, username = username },
  }
  return HTTP_CREATED, { status = PENDING, request_id = request_id }
end)

bus:route("GET", "/user/{username}/{request_id}", function(request)
  local creation = redis:get("request:" .. request.args.request_id)
  if not creation or creation.username ~= request.args.username then
    return HTTP_NOT_FOUND, { status = "unknown" }
  end
  return HTTP_OK, { status = creation.status, account_id = creation.account_id }
end)
