---@meta autokrator
-- Editor annotations (LuaLS) of everything a script gets from the host. This file is never run: point your editor's
-- `workspace.library` at this folder.

---A value that JSON can hold. Whole numbers within ±(2^53-1) are exact; `nil` in a table is an absent key.
---@alias json.value nil|boolean|number|string|table

-- bus --------------------------------------------------------------------------------------------------------------------

---What an event handler of the modern style gets.
---@class bus.event
---@field type string
---@field key string the consistency key
---@field value integer the event's number in its key: 0, 1, 2, …
---@field data any
---@field correlation string a UUID
---@field causation? string id of the event while handling which this one was sent
---@field time string RFC 3339 with milliseconds, UTC
---@field ts integer Unix seconds
---@field sender string client type of the sender, "" if it had none

---What a route handler of the modern style gets.
---@class bus.request
---@field method string of the route: HEAD requests arrive as GET
---@field path string as it was asked for, without the query
---@field args table<string, string> the pattern's variables, decoded
---@field query table<string, string> decoded; of a repeated name the last counts
---@field headers table<string, string> names in lower case
---@field body any the JSON body, nil if there is none
---@field caller? string who calls, as the gateway says

---@class bus.event_to_send
---@field type string
---@field key string
---@field data any use {} for an event without data
---@field expect? "seen"|"any"|"new"|integer default "seen": refused if the key has events of this service's types that it has not handled yet. About the key of the event being handled only if nothing can follow it there meanwhile: once a later event of that key is in the log, the event is parked; give requests a key of their own
---@field correlation? string default: that of the event or request being handled

---@class bus
bus = {}

---Names the client type of this service. Once, at the top level.
---@param client_type string
function bus:register(client_type) end

---Changes state when such an event happens, and again in a rebuild. May not send.
---@param event_type string
---@param handler fun(event: bus.event)
function bus:projection(event_type, handler) end

---Decides, once, what follows from such an event. Reads state and sends; may not write.
---@param event_type string
---@param handler fun(event: bus.event)
function bus:decision(event_type, handler) end

---Answers HTTP requests. `{name}` in the pattern stands for one segment of the path.
---@param method string
---@param pattern string
---@param handler fun(request: bus.request): integer, json.value
function bus:route(method, pattern, handler) end

---Sends an event when the handler has ended well. All events of a handler are accepted together or not at all.
---@param event bus.event_to_send
function bus:send(event) end

---Classic form. Explicit (`implicit` false) means: refused if the key has news for this service.
---@param event_type string
---@param key string
---@param implicit boolean
---@param correlation? string what a handler was given, or nil
---@param data json.value
function bus:send(event_type, key, implicit, correlation, data) end

---Classic: handles an event when it happens, not in a rebuild. May write and send.
---@param event_type string
---@param handler fun(event_type: string, key: string, correlation: string, data: any, ts: integer)
function bus:add_event_listener(event_type, handler) end

---Classic: brings the effect of an event back in a rebuild.
---@param event_type string
---@param handler fun(event_type: string, key: string, correlation: string, data: any, ts: integer)
function bus:add_rebuild_handler(event_type, handler) end

---Classic: told what became of the events that a handler sent which also wrote state.
---@param event_type string
---@param handler fun(status: "success"|"inconsistent", event_type: string, key: string, correlation: string, data: any)
function bus:add_receipt_listener(event_type, handler) end

---Classic: answers HTTP requests. `route` is path plus query.
---@param pattern string
---@param method string
---@param handler fun(method: string, route: string, args: table<string, string>, data: any): integer, json.value
function bus:add_route(pattern, method, handler) end

-- updates ----------------------------------------------------------------------------------------------------------------

---News for whoever watches a topic over the service's WebSocket `/updates`.
---@class updates
updates = {}

---Leaves when the handler has ended well and what it did is committed; in a rebuild it goes nowhere.
---@param topic string e.g. "account:7"
---@param data json.value not nil
---@param cursor? integer grows within the topic: by it a watcher drops what it has and names where to resume. Default: the event's value, right where the topic's updates come from the events of one key. A route has to name one.
function updates:publish(topic, data, cursor) end

---@class updates.missed
---@field cursor integer
---@field data json.value

---Tells from the state what was published after a cursor, for watchers that come back. Only reads.
---@param pattern string `{name}` stands for a text without `:`, e.g. "account:{id}"
---@param handler fun(args: table<string, string>, after: integer): updates.missed[] a page, cursors growing; called again until it is empty. `after` is -1 for "from the start"
function updates:resume(pattern, handler) end

-- state ------------------------------------------------------------------------------------------------------------------

---The service's own state, whatever store keeps it. In handlers only; reads see the handler's own writes.
---@class redis
redis = {}

---@param key string
---@return any value nil if there is none
function redis:get(key) end

---@param key string
---@param value json.value not nil
---@param options? { ttl: number } `ttl`: seconds after the handler's own instant after which the key is gone
function redis:set(key, value, options) end

---@param key string
function redis:del(key) end

---A number that was not given out before: unique over all instances, growing, possibly with gaps. Taken at once, also if
---the handler fails later. Not in a projection, which gives the same state every time it runs.
---@param key string
---@param by? integer default 1
---@return integer
function redis:incr(key, by) end

---Makes the number under the key at least `value`, so that a rebuilt sequence goes on where the lost one stood.
---@param key string
---@param value integer
function redis:raise(key, value) end

---Which keys there are is not looked at again at the commit (what is read of each is): decide by a list or a counter under one key instead.
---@param pattern string glob: `*`, `?`, `[abc]`
---@return string[] keys sorted
function redis:keys(pattern) end

---Appends to a list.
---@param key string
---@param value json.value not nil
function redis:push(key, value) end

---Items of a list, counted from 0, both ends included, negative from the end.
---@param key string
---@param first? integer default 0
---@param last? integer default -1
---@return any[]
function redis:range(key, first, last) end

---@param key string
---@return integer items of the list, 0 if there is none
function redis:len(key) end

-- log, time, auth, json --------------------------------------------------------------------------------------------------

---Values of any kind, joined by a space.
---@class log
log = {}
function log:trace(...) end
function log:debug(...) end
function log:info(...) end
function log:warn(...) end
function log:error(...) end

---The handler's own instant: the event's time, or when the request came; the same when the handler runs again.
---@class time
time = {}
---@return integer seconds Unix time
function time:now() end
---@return string instant RFC 3339 with milliseconds, UTC
function time:iso() end

---@class auth
auth = {}

---@param password string
---@return string hash salted; differs every time
function auth:hash_password(password) end

---@param password string
---@param hash? string from `auth:hash_password`; nil, for a user that does not exist, is false after the same time
---@return boolean
function auth:verify_password(password, hash) end

---Issues a signed token: "access" is good for 5 minutes, "refresh" for 14 days and has a `jti` of its own.
---@param claims { sub: string, aud: "access"|"refresh", [string]: any } whom it is for, what for, and claims of your own
---@return string token
function auth:issue(claims) end

---@param token any what a caller has sent
---@param audience "access"|"refresh"
---@return auth.claims? claims nil if it is no token of ours, altered, out of date, or for something else
function auth:verify(token, audience) end

---@class auth.claims
---@field sub string
---@field aud "access"|"refresh"
---@field iat integer Unix seconds
---@field exp integer Unix seconds
---@field jti? string of a refresh token: names the session

---@class json
---@field null userdata stands for null in arrays
json = {}
---@param value json.value
---@return string
function json.encode(value) end
---@param text string
---@return any
function json.decode(text) end
---Marks a table as an object, so that an empty one becomes {} instead of [].
---@generic T: table
---@param value T
---@return T
function json.object(value) end

-- HTTP status codes ------------------------------------------------------------------------------------------------------

HTTP_CONTINUE = 100
HTTP_SWITCHING_PROTOCOLS = 101
HTTP_PROCESSING = 102
HTTP_EARLY_HINTS = 103
HTTP_OK = 200
HTTP_CREATED = 201
HTTP_ACCEPTED = 202
HTTP_NON_AUTHORITATIVE_INFORMATION = 203
HTTP_NO_CONTENT = 204
HTTP_RESET_CONTENT = 205
HTTP_PARTIAL_CONTENT = 206
HTTP_MULTI_STATUS = 207
HTTP_ALREADY_REPORTED = 208
HTTP_IM_USED = 226
HTTP_MULTIPLE_CHOICES = 300
HTTP_MOVED_PERMANENTLY = 301
HTTP_FOUND = 302
HTTP_SEE_OTHER = 303
HTTP_NOT_MODIFIED = 304
HTTP_USE_PROXY = 305
HTTP_TEMPORARY_REDIRECT = 307
HTTP_PERMANENT_REDIRECT = 308
HTTP_BAD_REQUEST = 400
HTTP_UNAUTHORIZED = 401
HTTP_PAYMENT_REQUIRED = 402
HTTP_FORBIDDEN = 403
HTTP_NOT_FOUND = 404
HTTP_METHOD_NOT_ALLOWED = 405
HTTP_NOT_ACCEPTABLE = 406
HTTP_PROXY_AUTHENTICATION_REQUIRED = 407
HTTP_REQUEST_TIMEOUT = 408
HTTP_CONFLICT = 409
HTTP_GONE = 410
HTTP_LENGTH_REQUIRED = 411
HTTP_PRECONDITION_FAILED = 412
HTTP_PAYLOAD_TOO_LARGE = 413
HTTP_CONTENT_TOO_LARGE = 413
HTTP_URI_TOO_LONG = 414
HTTP_UNSUPPORTED_MEDIA_TYPE = 415
HTTP_RANGE_NOT_SATISFIABLE = 416
HTTP_EXPECTATION_FAILED = 417
HTTP_IM_A_TEAPOT = 418
HTTP_MISDIRECTED_REQUEST = 421
HTTP_UNPROCESSABLE_ENTITY = 422
HTTP_UNPROCESSABLE_CONTENT = 422
HTTP_LOCKED = 423
HTTP_FAILED_DEPENDENCY = 424
HTTP_TOO_EARLY = 425
HTTP_UPGRADE_REQUIRED = 426
HTTP_PRECONDITION_REQUIRED = 428
HTTP_TOO_MANY_REQUESTS = 429
HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE = 431
HTTP_UNAVAILABLE_FOR_LEGAL_REASONS = 451
HTTP_INTERNAL_SERVER_ERROR = 500
HTTP_NOT_IMPLEMENTED = 501
HTTP_BAD_GATEWAY = 502
HTTP_SERVICE_UNAVAILABLE = 503
HTTP_GATEWAY_TIMEOUT = 504
HTTP_VERSION_NOT_SUPPORTED = 505
HTTP_VARIANT_ALSO_NEGOTIATES = 506
HTTP_INSUFFICIENT_STORAGE = 507
HTTP_LOOP_DETECTED = 508
HTTP_BANDWIDTH_LIMIT_EXCEEDED = 509
HTTP_NOT_EXTENDED = 510
HTTP_NETWORK_AUTHENTICATION_REQUIRED = 511
