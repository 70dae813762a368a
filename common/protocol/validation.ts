import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { isUuid } from '../ids.js';
import { positionOf } from './cursor.js';
import type { JsonSchema } from './schema-fields.js';
import { parseRfc3339 } from './times.js';

/** Why a value is refused. The message names the field: `events[2].consistency.key: must be a text of 1 to 512 bytes`. */
export interface Refusal {
  readonly code: 'bad_message' | 'too_large';
  readonly message: string;
}

/** Undefined if the value is as its schema says. Never throws. */
export type Check = (value: unknown) => Refusal | undefined;

/** Compiles schemas; takes some milliseconds. */
export function compileChecks<Name extends string>(
  schemas: Readonly<Record<Name, JsonSchema>>,
): ReadonlyMap<string, Check> {
  const ajv = validator();
  return new Map(
    Object.entries<JsonSchema>(schemas).map(([name, schema]) => [name, checkOf(ajv.compile(schema))]),
  );
}

function checkOf(validate: ValidateFunction): Check {
  return (value) => (validate(value) ? undefined : refusalOf(validate.errors!.at(-1)!));
}

function validator(): Ajv {
  const ajv = new Ajv({ verbose: true, removeAdditional: true });
  ajv.addKeyword({
    keyword: 'maxBytes',
    type: 'string',
    schemaType: 'number',
    // A UTF-16 unit has at most 3 bytes: most texts need no counting.
    validate: (max: number, text: string) => text.length * 3 <= max || Buffer.byteLength(text) <= max,
    errors: false,
  });
  ajv.addFormat('rfc3339', (text) => parseRfc3339(text) !== undefined);
  ajv.addFormat('since', (text) => text === '*' || parseRfc3339(text) !== undefined);
  ajv.addFormat('cursor', (text) => positionOf(text) !== undefined);
  ajv.addFormat('uuid', isUuid);
  return ajv;
}

const TOO_LARGE = new Set(['maxBytes', 'maxItems']);

/** The last error is the outermost: of an `anyOf` the whole, not its last branch. */
function refusalOf({ keyword, instancePath, params, parentSchema }: ErrorObject): Refusal {
  const schema = parentSchema as JsonSchema;
  if (keyword === 'required') {
    const missing = params.missingProperty as string;
    const due = schema.properties?.[missing]?.description;
    const field = fieldOf(`${instancePath}/${missing}`);
    return { code: 'bad_message', message: `${field}: is missing; must be ${due}` };
  }
  return {
    code: TOO_LARGE.has(keyword) ? 'too_large' : 'bad_message',
    message: `${fieldOf(instancePath)}: must be ${schema.description}`,
  };
}

/** `/events/2/consistency/key` → `events[2].consistency.key` */
function fieldOf(pointer: string): string {
  if (pointer === '') return 'the message';
  return pointer
    .slice(1)
    .replace(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.');
}
