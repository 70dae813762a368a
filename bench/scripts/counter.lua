-- The least a service does with an event: reads, writes. With a route that reads.
bus:register("consumer")

bus:projection("Measured", function(event)
  local counter = redis:get("counter:" .. event.key) or { events = 0 }
  counter.events = counter.events + 1
  redis:set("counter:" .. event.key, counter)
end)

bus:route("GET", "/counter/{key}", function(request)
  local counter = redis:get("counter:" .. request.args.key)
  if not counter then return 404, { error = "unknown" } end
  return 200, counter
end)
