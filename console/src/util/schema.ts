/** The parts of JSON Schema 2020-12 that completion reads. */
export interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string | string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  description?: string;
  required?: string[];
}

export interface Suggestion {
  /** Property name, or a value as JSON text. */
  label: string;
  description: string;
  /** Type or types of the value, for the list's right side. */
  detail: string;
  isRequired: boolean;
}

/** Text properties of the object at a depth of the path: they choose between alternatives (`"type": "http"`). */
export type Constants = (depth: number) => Readonly<Record<string, string>>;

/** Names that an object at `path` may still take. */
export function suggestNames(
  root: Schema,
  path: readonly (string | number)[],
  constants: Constants,
  taken: readonly string[],
): Suggestion[] {
  const found = new Map<string, Suggestion>();
  for (const schema of schemasAt(root, path, constants)) {
    for (const [name, raw] of Object.entries(schema.properties ?? {})) {
      if (taken.includes(name) || found.has(name)) continue;
      const property = dereference(root, raw);
      const isRequired = schema.required?.includes(name) ?? false;
      found.set(name, {
        label: name,
        description: raw.description ?? property.description ?? '',
        detail: typeName(property),
        isRequired,
      });
    }
  }
  return [...found.values()];
}

/** Values, as JSON text, that may stand at `path`. */
export function suggestValues(root: Schema, path: readonly (string | number)[], constants: Constants): Suggestion[] {
  const values = new Map<string, Suggestion>();
  for (const schema of schemasAt(root, path, constants)) {
    const given =
      schema.const !== undefined ? [schema.const] : (schema.enum ?? (schema.type === 'boolean' ? [true, false] : []));
    const all = given.length === 0 && schema.default !== undefined ? [schema.default] : given;
    for (const value of all) {
      const label = JSON.stringify(value);
      values.set(label, { label, description: schema.description ?? '', detail: '', isRequired: false });
    }
  }
  return [...values.values()];
}

/** All schemas that a value at `path` may follow, references and alternatives resolved. */
export function schemasAt(root: Schema, path: readonly (string | number)[], constants: Constants): Schema[] {
  let schemas = expand(root, root, constants(0));
  path.forEach((segment, index) => {
    schemas = schemas
      .flatMap((schema) => child(schema, segment) ?? [])
      .flatMap((schema) => expand(root, schema, constants(index + 1)));
  });
  return schemas;
}

function child(schema: Schema, segment: string | number): Schema | undefined {
  if (typeof segment === 'number') return schema.items;
  const named = schema.properties?.[segment];
  if (named) return named;
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

function expand(root: Schema, schema: Schema, constants: Readonly<Record<string, string>>, depth = 0): Schema[] {
  if (depth > 16) return []; // a schema that refers to itself without end
  const target = dereference(root, schema);
  const parts = [...(target.allOf ?? []), ...(target.anyOf ?? []), ...(target.oneOf ?? [])];
  const alternatives = parts.flatMap((part) => expand(root, part, constants, depth + 1));
  return [target, ...alternatives].filter((one) => fits(root, one, constants));
}

/** False when a constant property of the schema is contradicted by what the document says. */
function fits(root: Schema, schema: Schema, constants: Readonly<Record<string, string>>): boolean {
  return Object.entries(schema.properties ?? {}).every(([name, raw]) => {
    const said = constants[name];
    const wanted = dereference(root, raw).const;
    return said === undefined || wanted === undefined || wanted === said;
  });
}

function dereference(root: Schema, schema: Schema): Schema {
  let target = schema;
  for (let hops = 0; target.$ref !== undefined && hops < 16; hops += 1) {
    const name = target.$ref.replace(/^#\/\$defs\//, '');
    target = root.$defs?.[name] ?? {};
  }
  return target;
}

function typeName(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (Array.isArray(schema.type)) return schema.type.join(' | ');
  return schema.type ?? (schema.enum ? 'enum' : '');
}
