/** What the console reads of a pipeline definition; the rest of it is the server's to judge. */
export interface DefinitionStep {
  id: string;
  type: string;
  /** One line about what it does: the prompt's name, the address, the expression. */
  summary: string;
  needs: string[];
  /** Steps that this condition chooses between, with the branch they are on. */
  branches: { step: string; branch: 'then' | 'else' }[];
}

type Json = Record<string, unknown>;

const REFERENCE = /\bsteps\.([a-z][a-z0-9_]*)/g;

/** The steps of a definition with what each waits for: named needs, references in expressions, a condition's choice. */
export function readSteps(definition: unknown): DefinitionStep[] {
  const raw = isObject(definition) && Array.isArray(definition.steps) ? definition.steps.filter(isObject) : [];
  const known = new Set(raw.map((step) => text(step.id)));
  const steps = raw
    .filter((step) => text(step.id) !== '')
    .map((step) => ({
      id: text(step.id),
      type: text(step.type),
      summary: summarise(step),
      needs: references(step).filter((id) => known.has(id) && id !== text(step.id)),
      branches: [...branch(step, 'then'), ...branch(step, 'else')].filter((choice) => known.has(choice.step)),
    }));
  for (const step of steps) {
    const choosers = steps.filter((other) => other.branches.some((choice) => choice.step === step.id));
    step.needs = [...new Set([...step.needs, ...choosers.map((chooser) => chooser.id)])];
  }
  return steps;
}

/** The definition's input schema: property names in order, with what a form needs to ask for them. */
export interface InputField {
  name: string;
  type: string;
  description: string;
  isRequired: boolean;
  maxLength?: number;
  options: string[];
  defaultValue?: unknown;
}

/** Input fields of a definition; empty when it declares none. */
export function readInputFields(definition: unknown): InputField[] {
  const schema = isObject(definition) && isObject(definition.input) ? definition.input : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(isObject(schema.properties) ? schema.properties : {}).map(([name, raw]) => {
    const field = isObject(raw) ? raw : {};
    return {
      name,
      type: text(field.type) || 'string',
      description: text(field.description),
      isRequired: required.includes(name),
      options: Array.isArray(field.enum) ? field.enum.map(String) : [],
      ...(typeof field.maxLength === 'number' ? { maxLength: field.maxLength } : {}),
      ...(field.default === undefined ? {} : { defaultValue: field.default }),
    };
  });
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function references(step: Json): string[] {
  const rest = { ...step, id: '', then: [], else: [], needs: [] };
  const named = Array.isArray(step.needs) ? step.needs.map(String) : [];
  return [...new Set([...named, ...[...JSON.stringify(rest).matchAll(REFERENCE)].map((match) => match[1] ?? '')])];
}

function branch(step: Json, name: 'then' | 'else'): DefinitionStep['branches'] {
  const chosen = step[name];
  return Array.isArray(chosen) ? chosen.map((id) => ({ step: String(id), branch: name })) : [];
}

function summarise(step: Json): string {
  if (isObject(step.prompt)) {
    const { name, id, label, version } = step.prompt;
    const pin = version === undefined ? text(label) : `v${JSON.stringify(version)}`;
    return pin === '' ? text(name) || text(id) : `${text(name) || text(id)} @ ${pin}`;
  }
  if (step.type === 'http') return `${text(step.method) || 'GET'} ${text(step.url)}`;
  return text(step.if) || text(step.expression);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
