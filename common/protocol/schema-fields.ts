/**
 * JSON Schemas that are typed: `Schema<T>` describes the values of `T` on the wire. `object<T>` wants exactly the fields of `T`, each
 * with the type and the optionality it has there, so a schema that disagrees with its message type does not compile.
 *
 * Every schema carries a `description` that completes "must be …"; refusals are worded with it. Unknown fields are allowed
 * everywhere. Beyond the standard there is one keyword, `maxBytes`: the UTF-8 length of a text.
 */
export interface JsonSchema {
  readonly description: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly [keyword: string]: unknown;
}

export interface Schema<T> {
  readonly json: JsonSchema;
  /** never there; makes `Schema<string>` and `Schema<string | null>` different types */
  readonly holds?: (value: T) => T;
}

export interface OptionalSchema<T> extends Schema<T> {
  readonly optional: true;
}

export function optional<T>(schema: Schema<T>): OptionalSchema<T> {
  return { json: schema.json, optional: true };
}

type Fields<T> = {
  readonly [Name in keyof T]-?: Record<never, never> extends Pick<T, Name>
    ? OptionalSchema<Exclude<T[Name], undefined>>
    : Schema<T[Name]> & { readonly optional?: never };
};

interface AnyField {
  readonly json: JsonSchema;
  readonly optional?: true;
}

export function object<T>(fields: Fields<T>, more: Partial<JsonSchema> = {}): Schema<T> {
  const entries = Object.entries(fields as Readonly<Record<string, AnyField>>);
  return {
    json: {
      type: 'object',
      properties: Object.fromEntries(entries.map(([name, field]) => [name, field.json])),
      required: entries.filter(([, field]) => !field.optional).map(([name]) => name),
      description: 'an object',
      ...more,
    },
  };
}

/** Of what is kept in memory or in the log: unknown fields are dropped, for they may be of any size. */
export function keptObject<T>(fields: Fields<T>): Schema<T> {
  return object<T>(fields, { additionalProperties: false });
}

export function array<T>(items: Schema<T>, maxItems: number): Schema<T[]> {
  const description = `an array of at most ${maxItems} elements`;
  return { json: { type: 'array', items: items.json, maxItems, description } };
}

/** An array of any length. */
export function arrayOf<T>(items: Schema<T>): Schema<T[]> {
  return { json: { type: 'array', items: items.json, description: 'an array' } };
}

/** A name: not empty, no NUL (it separates the parts of index keys), no half of a surrogate pair (it has no UTF-8). */
export function name(maxBytes: number): Schema<string> {
  return {
    json: {
      type: 'string',
      pattern: '^[^\\u0000\\p{Surrogate}]+$',
      maxBytes,
      description: `a text of 1 to ${maxBytes} bytes`,
    },
  };
}

export function text(maxBytes: number): Schema<string> {
  return { json: { type: 'string', maxBytes, description: `a text of at most ${maxBytes} bytes` } };
}

export function anyOf<T>(description: string, ...schemas: readonly JsonSchema[]): Schema<T> {
  return { json: { anyOf: schemas, description } };
}

export function literal<const T extends string>(...allowed: readonly [T, ...T[]]): Schema<T> {
  return { json: { enum: allowed, description: allowed.map((one) => `"${one}"`).join(' or ') } };
}

/** A text in a form that is known by name; see `validation.ts`. */
export function format(format: string, description: string): Schema<string> {
  return { json: { type: 'string', format, description } };
}

export function integer(minimum: number, maximum: number = Number.MAX_SAFE_INTEGER): Schema<number> {
  return {
    json: { type: 'integer', minimum, maximum, description: `an integer from ${minimum} to ${maximum}` },
  };
}

export const boolean: Schema<boolean> = { json: { type: 'boolean', description: 'true or false' } };

export const anyText: Schema<string> = { json: { type: 'string', description: 'a text' } };

/** Any JSON value; the codec carries its text. */
export const json: Schema<string> = { json: { description: 'a JSON value' } };
