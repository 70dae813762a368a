-- Numbers for new things: 1, 2, 3, … per kind, unique over all instances of the service.
--
-- The sequence lives in the service's state. So that a rebuilt state goes on where the lost one stood, the projection of
-- the event that carries a number tells it with `ids.taken`.
local ids = {}

function ids.next(kind)
  return redis:incr("last:" .. kind)
end

function ids.taken(kind, id)
  redis:raise("last:" .. kind, id)
end

return ids
