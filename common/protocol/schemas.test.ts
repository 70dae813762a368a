import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import { type JsonSchema, object, optional, type Schema } from './schema-fields.js';
import { BUS_SCHEMAS, clientSchemas } from './schemas.js';
import { BUS_SAMPLES, CLIENT_SAMPLES } from './testing/samples.js';
import { compileChecks } from './validation.js';

const SCHEMAS: Record<string, JsonSchema> = { ...clientSchemas(DEFAULT_LIMITS), ...BUS_SCHEMAS };
const SAMPLES: Record<string, object> = { ...CLIENT_SAMPLES, ...BUS_SAMPLES };
const CHECKS = compileChecks(SCHEMAS);

type Step = string | number;

interface Field {
  readonly type: string;
  readonly path: readonly Step[];
  readonly schema: JsonSchema;
  readonly required: boolean;
}

/** Every field of a schema, with the way to it in the sample of its message: the first element of every array. */
function fieldsOf(type: string, schema: JsonSchema, path: readonly Step[] = []): Field[] {
  const items = schema.items as JsonSchema | undefined;
  if (items !== undefined) {
    const at = [...path, 0];
    return [{ type, path: at, schema: items, required: false }, ...fieldsOf(type, items, at)];
  }
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const at = [...path, name];
    const required = (schema.required as string[]).includes(name);
    return [{ type, path: at, schema: field, required }, ...fieldsOf(type, field, at)];
  });
}

const FIELDS = Object.entries(SCHEMAS)
  .flatMap(([type, schema]) => fieldsOf(type, schema))
  .map((field) => [`${field.type}: ${written(field.path)}`, field] as const);

function written(path: readonly Step[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1);
}

/** The sample of a message with one field replaced, or left out (undefined). */
function sampleWith({ type, path }: Field, value: unknown): object {
  const message = structuredClone(SAMPLES[type]!);
  let holder = message as Record<Step, unknown>;
  for (const step of path.slice(0, -1)) holder = holder[step] as Record<Step, unknown>;
  const last = path.at(-1)!;
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return message;
}

const refusal = (field: Field, value: unknown) => CHECKS.get(field.type)!(sampleWith(field, value));

/** Of each kind of schema, values that it must not accept. */
function wrongValues({
  type,
  enum: allowed,
  anyOf,
  format,
  minimum,
  pattern,
  description,
}: JsonSchema): unknown[] {
  if (description === 'a JSON value') return [];
  const wrong: unknown[] = [{}, [[]], true, 'x\u0000', -2, 1.5, 2 ** 53];
  if (type === 'string' && format === undefined && pattern === undefined) return [{}, [], true, 1, null];
  if (type === 'string') return [...wrong, null, '', '\ud800', 'a\u0000'];
  if (type === 'integer') return [...wrong, null, '1', (minimum as number) - 1];
  if (type === 'boolean') return [{}, [], 'true', 1, null];
  if (type === 'array') return [{}, 'x', 1, null, { length: 1 }];
  if (type === 'object') return ['x', 1, null, []];
  if (allowed !== undefined) return [...wrong, null, 'other'];
  if (anyOf !== undefined) return [...wrong, '', '01', '-1', '1.0', '12345678901234567'];
  throw new Error(`no wrong value is known for ${description}`);
}

describe('the schemas', () => {
  it.each(Object.keys(SCHEMAS))('accept a %s with every field, and with fields that nobody knows', (type) => {
    const check = CHECKS.get(type)!;
    expect(check(structuredClone(SAMPLES[type]))).toBeUndefined();
    expect(check({ ...structuredClone(SAMPLES[type]), unknown: { any: ['thing'] } })).toBeUndefined();
  });

  it.each(FIELDS)('refuse what is wrong in %s, and name it', (_name, field) => {
    for (const wrong of wrongValues(field.schema)) {
      const refused = refusal(field, wrong);
      expect(refused, JSON.stringify(wrong)).toEqual({
        code: 'bad_message',
        message: `${written(field.path)}: must be ${field.schema.description}`,
      });
    }
  });

  it.each(FIELDS.filter(([, field]) => typeof field.path.at(-1) === 'string'))(
    'of a message without %s say that it is missing, or do without',
    (_name, field) => {
      const expected = `${written(field.path)}: is missing; must be ${field.schema.description}`;
      expect(refusal(field, undefined)?.message).toBe(field.required ? expected : undefined);
    },
  );

  it.each(FIELDS.filter(([, { schema }]) => 'maxBytes' in schema || 'maxItems' in schema))(
    'accept %s up to its limit and refuse it above as too large',
    (_name, field) => {
      const { maxBytes, maxItems } = field.schema;
      const at = (count: number) =>
        maxItems === undefined
          ? 'é'.repeat(count / 2) + 'x'.repeat(count % 2)
          : Array(count).fill(sampleItem(field));
      const limit = (maxBytes ?? maxItems) as number;
      expect(refusal(field, at(limit))).toBeUndefined();
      expect(refusal(field, at(limit + 1))).toEqual({
        code: 'too_large',
        message: `${written(field.path)}: must be ${field.schema.description}`,
      });
    },
  );

  it('accept every form of an expected value', () => {
    const field: Field = {
      type: 'new',
      path: ['events', 0, 'consistency', 'value'],
      schema: { description: '' },
      required: false,
    };
    for (const value of [0, 7, '0', '7', '*', null, Number.MAX_SAFE_INTEGER]) {
      expect(refusal(field, value)).toBeUndefined();
    }
  });

  it('want an ack to say what it acknowledges', () => {
    expect(CHECKS.get('ack')!({ message_type: 'ack' })).toEqual({
      code: 'bad_message',
      message: 'the message: must be an object with consistency, delivery or deliveries',
    });
  });

  it('drop what is unknown from what is kept per session or in the log', () => {
    const register = structuredClone(CLIENT_SAMPLES.register);
    const nack = structuredClone(CLIENT_SAMPLES.nack);
    Object.assign(register.instance, { pad: 'x' });
    Object.assign(register.instance.routes![0]!, { pad: 'x' });
    Object.assign(nack.error, { pad: 'x' });
    expect(CHECKS.get('register')!(register)).toBeUndefined();
    expect(CHECKS.get('nack')!(nack)).toBeUndefined();
    expect(register).toEqual(CLIENT_SAMPLES.register);
    expect(nack).toEqual(CLIENT_SAMPLES.nack);
  });

  it('follow the limits that are set', () => {
    const limits: Limits = { ...DEFAULT_LIMITS, keyBytesMax: 4 };
    const check = compileChecks(clientSchemas(limits)).get('query')!;
    expect(check({ ...CLIENT_SAMPLES.query, key: 'acc-7' })?.message).toBe(
      'key: must be a text of 1 to 4 bytes',
    );
  });
});

function sampleItem({ type, path }: Field): unknown {
  let value: unknown = SAMPLES[type];
  for (const step of [...path, 0]) value = (value as Record<Step, unknown>)[step];
  return value;
}

describe('typed schemas', () => {
  interface Message {
    name: string;
    size?: number;
  }
  const text: Schema<string> = { json: { description: 'a text' } };
  const size: Schema<number> = { json: { description: 'a number' } };

  it('compile only with the fields, types and optionality of their message', () => {
    expect(object<Message>({ name: text, size: optional(size) }).json.required).toEqual(['name']);
    // @ts-expect-error a field is missing
    object<Message>({ name: text });
    // @ts-expect-error a field has another type
    object<Message>({ name: text, size: optional(text) });
    // @ts-expect-error a field must be optional
    object<Message>({ name: text, size });
    // @ts-expect-error a field must not be optional
    object<Message>({ name: optional(text), size: optional(size) });
    // @ts-expect-error there is no such field
    object<Message>({ name: text, size: optional(size), more: text });
  });
});
