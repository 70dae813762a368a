/** A service of somebody else's that keeps a second book of all deposits, and stumbles over the number 13 until it is mended. */

export const LEDGER_TYPE = 'ledger';

export function ledgerScript({ mended }: { mended: boolean }): string {
  return `bus:register("${LEDGER_TYPE}")

bus:projection("ConfirmedCredit", function(event)
  local entry = event.data
  ${mended ? '' : 'if entry.amount == 13 then log:info(entry.owner.name) end'}
  local book = redis:get("book:" .. entry.id) or { id = entry.id, sum = 0, values = {} }
  book.sum = book.sum + entry.amount
  book.values[#book.values + 1] = event.value
  redis:set("book:" .. entry.id, book)
end)

bus:route("GET", "/ledger/{id}", function(request)
  return HTTP_OK, redis:get("book:" .. request.args.id) or { id = tonumber(request.args.id), sum = 0, values = {} }
end)
`;
}
