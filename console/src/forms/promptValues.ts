import type { PromptContent, PromptDraft, VariableDraft } from '@/api/generated';
import { isObject } from '@/util/definition';

export type VariableType = NonNullable<VariableDraft['type']>;

/** A variable as the form holds it: values are text until they are sent. */
export interface VariableValues {
  name: string;
  type: VariableType;
  description: string;
  isRequired: boolean;
  /** Text for strings, JSON for all other types; of no meaning while required. */
  fallback: string;
  /** Comma-separated; empty: any value of the type. */
  allowed: string;
}

/** A prompt's content as the form holds it. */
export interface PromptValues {
  type: 'text' | 'chat';
  text: string;
  /** A placeholder's content is the name of the list variable whose messages stand there. */
  messages: { role: 'system' | 'user' | 'assistant' | 'placeholder'; content: string }[];
  variables: VariableValues[];
  model: string;
  temperature: string;
  maxTokens: string;
  /** JSON object of all other parameters; empty for none. */
  more: string;
}

/** Values of both forms that write a version: of a new prompt, and of one that is there. */
export interface PromptForm extends PromptValues {
  name: string;
  description: string;
  /** Comma-separated. */
  tags: string;
  note: string;
  /** Head of the branch when the writing began; of a new prompt there is none. */
  baseVersion?: number;
}

export const emptyPrompt: PromptValues = {
  type: 'text',
  text: '',
  messages: [
    { role: 'system', content: '' },
    { role: 'user', content: '' },
  ],
  variables: [],
  model: '',
  temperature: '',
  maxTokens: '',
  more: '',
};

/** Where faults of a request are shown: paths of a draft → fields of the form. */
export const draftFields = {
  text: 'text',
  messages: 'messages',
  variables: 'variables',
  model: 'model',
  parameters: 'more',
  'parameters.temperature': 'temperature',
  'parameters.max_tokens': 'maxTokens',
} as const;

/** The form's values of a saved version. */
export function fromContent(content: PromptContent): PromptValues {
  const { temperature, max_tokens: maxTokens, ...more } = content.parameters ?? {};
  return {
    type: content.type,
    text: content.text,
    messages:
      content.messages.length > 0
        ? content.messages.map(({ role, content: text }) => ({ role: asRole(role), content: text }))
        : emptyPrompt.messages,
    variables: content.variables.map((variable) => ({
      name: variable.name,
      type: variable.type,
      description: variable.description,
      isRequired: variable.default === null || variable.default === undefined,
      fallback: toText(variable.default),
      allowed: variable.enum.map(toText).join(', '),
    })),
    model: content.model,
    temperature: toText(temperature),
    maxTokens: toText(maxTokens),
    more: Object.keys(more).length > 0 ? JSON.stringify(more, null, 2) : '',
  };
}

/** What is sent: throws SyntaxError only where `isValue` or the form's rules were not asked before. */
export function toDraft(values: PromptValues): PromptDraft {
  const more: unknown = values.more.trim() === '' ? {} : JSON.parse(values.more);
  return {
    type: values.type,
    ...(values.type === 'text' ? { text: values.text } : { messages: values.messages }),
    variables: values.variables.map(({ name, type, description, isRequired, fallback, allowed }) => ({
      name,
      type,
      description,
      ...(isRequired ? {} : { default: toValue(type, fallback) }),
      enum: splitList(allowed).map((item) => toValue(type, item)),
    })),
    model: values.model,
    parameters: {
      ...(values.temperature === '' ? {} : { temperature: Number(values.temperature) }),
      ...(values.maxTokens === '' ? {} : { max_tokens: Number(values.maxTokens) }),
      ...(isObject(more) ? more : {}),
    },
  };
}

/** What lint is asked about: as `toDraft`, but what is no value yet is left out; the form says so at its field. */
export function toLintedDraft(values: PromptValues): PromptDraft {
  const isList = (type: VariableType, allowed: string) => splitList(allowed).every((item) => isValue(type, item));
  return toDraft({
    ...values,
    variables: values.variables.map((variable) => ({
      ...variable,
      isRequired: variable.isRequired || !isValue(variable.type, variable.fallback),
      allowed: isList(variable.type, variable.allowed) ? variable.allowed : '',
    })),
    more: isJson(values.more) ? values.more : '',
  });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Text of the form as a value of the type: strings as they are, all else as JSON. */
export function toValue(type: VariableType, text: string): unknown {
  return type === 'string' ? text : (JSON.parse(text) as unknown);
}

/** True when `toValue` gives a value of the type. */
export function isValue(type: VariableType, text: string): boolean {
  try {
    const value = toValue(type, text);
    if (type === 'integer') return Number.isInteger(value);
    if (type === 'list') return Array.isArray(value);
    if (type === 'object') return isObject(value);
    return typeof value === type;
  } catch {
    return false;
  }
}

export function toText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const TAG = /\{\{\{?\s*([#^/&]?)\s*([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_-]+)*|\.)\s*\}?\}\}/g;

/**
 * Names of variables that the templates use, each once, in order: `{{name}}`, `{{{name}}}`, `{{&name}}`, sections, and
 * the first part of a path (`user.name` → user).
 *
 * As the server has it: what stands in a section over a declared list or object may be a field of its items.
 */
export function usedVariables(values: Pick<PromptValues, 'type' | 'text' | 'messages' | 'variables'>): string[] {
  const templates = values.messages.filter((message) => message.role !== 'placeholder');
  const texts = values.type === 'text' ? [values.text] : templates.map((message) => message.content);
  const types = new Map(values.variables.map((variable) => [variable.name, variable.type]));
  return [...new Set(texts.flatMap((text) => namesIn(text, types)))];
}

/** Names of the list variables whose messages stand at placeholders, each once. */
export function placeholders({ type, messages }: Pick<PromptValues, 'type' | 'messages'>): string[] {
  const named = messages.filter((message) => message.role === 'placeholder' && message.content !== '');
  return type === 'text' ? [] : [...new Set(named.map((message) => message.content))];
}

function namesIn(text: string, types: ReadonlyMap<string, VariableType>): string[] {
  const names: string[] = [];
  const areItems: boolean[] = []; // of each section that is open here
  for (const [, mark = '', path = ''] of text.matchAll(TAG)) {
    const [name = ''] = path.split('.');
    const type = types.get(name);
    if (mark === '/') areItems.pop();
    else if (name !== '' && !areItems.includes(true)) names.push(name);
    if (mark === '#') areItems.push(path.includes('.') || type === 'list' || type === 'object');
    if (mark === '^') areItems.push(false);
  }
  return names;
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function asRole(role: string): PromptValues['messages'][number]['role'] {
  return role === 'system' || role === 'assistant' || role === 'placeholder' ? role : 'user';
}
