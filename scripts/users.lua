-- Users: their names, their passwords, who is signed in, and which money accounts they have.
--
-- A name is unique because UserCreated is the first event of its key. A money account is asked for here
-- (AccountCreationRequest) and made by the accounts service (AccountCreated).
--
-- Signed in is who holds a refresh token; it gives access tokens, which are good for minutes and for everything else. Tokens
-- are verified without asking anybody. Only what has ended before its time is kept: the sessions that were logged out.
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
  local list = "accounts:" .. account.username
  local created = { request_id = account.request_id, account_id = account.acc_id, username = account.username }
  redis:push(list, created)
  updates:publish("user:" .. account.username, created, redis:len(list))
end)

-- The cursor is the number of accounts the user has by then.
updates:resume("user:{name}", function(args, after)
  local list, missed = "accounts:" .. args.name, {}
  local first = math.min(math.max(after, 0), redis:len(list))
  for n, created in ipairs(redis:range(list, first, first + 99)) do
    missed[n] = { cursor = first + n, data = created }
  end
  return missed
end)

local function end_session(session, remaining)
  if remaining > 0 then redis:set("ended:" .. session, true, { ttl = remaining }) end
end

bus:projection("SessionEnded", function(event)
  end_session(event.data.session, event.data["until"] - event.ts)
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
  local ids = {}
  for n, created in ipairs(redis:range("accounts:" .. username, 0, -1)) do ids[n] = created.account_id end
  return HTTP_OK, { accounts = ids }
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

-- Signing in -------------------------------------------------------------------------------------------------------------

-- What a valid refresh token says, unless its session has ended.
local function session_of(body)
  local claims = type(body) == "table" and auth:verify(body.refresh, "refresh")
  if claims and not redis:get("ended:" .. claims.jti) then return claims end
end

bus:route("POST", "/login", function(request)
  local body, problem = check.body(request.body)
  if not body then return HTTP_BAD_REQUEST, problem end
  local username, password
  username, problem = check.text(body.username, "username", 64)
  if not username then return HTTP_BAD_REQUEST, problem end
  password, problem = check.text(body.password, "password", 1024)
  if not password then return HTTP_BAD_REQUEST, problem end

  -- Without a credential it takes as long: nobody learns which names exist.
  if not auth:verify_password(password, redis:get("credential:" .. username)) then
    return HTTP_UNAUTHORIZED, { error = "wrong name or password" }
  end
  return HTTP_OK, {
    access = auth:issue{ sub = username, aud = "access" },
    refresh = auth:issue{ sub = username, aud = "refresh" },
  }
end)

bus:route("POST", "/refresh", function(request)
  local session = session_of(request.body)
  if not session then return HTTP_UNAUTHORIZED, { error = "sign in again" } end
  return HTTP_OK, { access = auth:issue{ sub = session.sub, aud = "access" } }
end)

bus:route("POST", "/logout", function(request)
  local session = session_of(request.body)
  -- Who is not signed in has nothing to end.
  if session then
    -- Written here already, and not by the projection alone: it commits before the answer leaves, so that who has been told
    -- that the session is over finds it so at every instance.
    end_session(session.jti, session.exp - time:now())
    bus:send{
      type = "SessionEnded", key = "user-" .. session.sub, expect = "any",
      data = { username = session.sub, session = session.jti, ["until"] = session.exp },
    }
  end
  return HTTP_NO_CONTENT
end)
