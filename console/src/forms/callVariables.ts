import {
  isValue,
  placeholders,
  toText,
  toValue,
  usedVariables,
  type PromptValues,
  type VariableValues,
} from '@/forms/promptValues';

/** What of a prompt decides its variables. */
export type CallContent = Pick<PromptValues, 'type' | 'text' | 'messages' | 'variables' | 'model'>;

/** One input for a variable of all prompts that are called together. */
export interface SharedVariable extends VariableValues {
  /** Other prompts' types for the same name: a value must fit them too. */
  otherTypes: VariableValues['type'][];
}

/** Declared variables, then those that placeholders name, then those that are only used. */
export function allVariables(content: CallContent): VariableValues[] {
  const declared = content.variables.filter((variable) => variable.name !== '');
  const named = declared.map((variable) => variable.name);
  const lists = placeholders(content).filter((name) => !named.includes(name));
  const used = usedVariables(content).filter((name) => !named.includes(name) && !lists.includes(name));
  const implied = { description: '', isRequired: true, fallback: '', allowed: '' };
  const messages = 'Messages, such as [{"role": "user", "content": "…"}]';
  return [
    ...declared,
    ...lists.map((name) => ({ ...implied, name, type: 'list' as const, description: messages })),
    ...used.map((name) => ({ ...implied, name, type: 'string' as const })),
  ];
}

/** The variables of several prompts, each name once: the first says what it is, and it is needed where any needs it. */
export function sharedVariables(contents: readonly CallContent[]): SharedVariable[] {
  const shared = new Map<string, SharedVariable>();
  for (const variable of contents.flatMap(allVariables)) {
    const known = shared.get(variable.name);
    if (known === undefined) {
      shared.set(variable.name, { ...variable, otherTypes: [] });
    } else {
      known.isRequired ||= variable.isRequired;
      // A value that one prompt refuses is no choice for both.
      if (variable.allowed !== known.allowed) known.allowed = '';
      if (variable.type !== known.type) known.otherTypes.push(variable.type);
    }
  }
  return [...shared.values()];
}

/** What is wrong with the text of a variable's input; undefined when nothing is. */
export function faultOfVariable(variable: SharedVariable, text: string): string | undefined {
  if (text === '') return variable.isRequired ? 'Needed: it has no default' : undefined;
  const wrong = [variable.type, ...variable.otherTypes].find((type) => !isValue(type, text));
  return wrong && `Not a value of type ${wrong}`;
}

/** What is sent: a field left empty takes the default, where there is one. */
export function collectVariables(
  variables: readonly VariableValues[],
  texts: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return Object.fromEntries(
    variables.flatMap(({ name, type }) => {
      const text = texts[name] ?? '';
      return text === '' ? [] : [[name, toValue(type, text)]];
    }),
  );
}

/** An example's values as texts of the form; a field that it says nothing about becomes empty. */
export function exampleTexts(
  variables: readonly VariableValues[],
  values: Readonly<Record<string, unknown>>,
): Record<string, string> {
  return Object.fromEntries(
    variables.map(({ name, type }) => {
      const value = values[name];
      return [name, type === 'list' || type === 'object' ? toJson(value) : toText(value)];
    }),
  );
}

/** The values that a variable is limited to, as texts of the form; empty: any of the type. */
export function choicesOf({ type, allowed }: VariableValues): string[] {
  if (type === 'boolean') return ['true', 'false'];
  return allowed
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function toJson(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value, null, 2);
}
