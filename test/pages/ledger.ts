/** A service of somebody else's that keeps a second book of all credits, and stumbles over the number 13 until it is mended. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceProcess } from '../support/service-process.js';
import type { System } from '../support/system.js';

export const LEDGER = 'ledger';

/** Starts it in a folder that keeps its script and its state. */
export async function ledgerRuns(
  system: System,
  folder: string,
  { mended }: { mended: boolean },
): Promise<ServiceProcess> {
  const script = join(folder, `${LEDGER}.lua`);
  await writeFile(script, scriptOf({ mended }));
  const bus = system.url('bus').replace('http', 'ws');
  return ServiceProcess.start(script, bus, `embedded:${folder}/state`);
}

function scriptOf({ mended }: { mended: boolean }): string {
  return `bus:register("${LEDGER}")

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
