import { describe, expect, it } from 'vitest';
import {
  emptyPrompt,
  fromContent,
  isValue,
  placeholders,
  toDraft,
  toLintedDraft,
  usedVariables,
} from '@/forms/promptValues';

const content = {
  type: 'text' as const,
  text: 'Say {{what}}',
  messages: [],
  variables: [
    { name: 'what', type: 'string' as const, description: 'the thing', default: null, enum: ['hi', 'bye'] },
    { name: 'times', type: 'integer' as const, description: '', default: 3, enum: [] },
    { name: 'focus', type: 'string' as const, description: '', default: '', enum: [] },
  ],
  model: 'sim-text',
  parameters: { temperature: 0.2, max_tokens: 100, stop: ['END'] },
};

describe('a prompt in the form', () => {
  it('is sent as it was read: required, empty and typed defaults stay what they are', () => {
    const draft = toDraft(fromContent(content));
    expect(draft.variables).toEqual([
      { name: 'what', type: 'string', description: 'the thing', enum: ['hi', 'bye'] },
      { name: 'times', type: 'integer', description: '', default: 3, enum: [] },
      { name: 'focus', type: 'string', description: '', default: '', enum: [] },
    ]);
    expect(draft.parameters).toEqual(content.parameters);
    expect(draft.text).toBe(content.text);
  });

  it('sends only the form of prompt that was chosen', () => {
    expect(toDraft({ ...emptyPrompt, text: 'x' })).not.toHaveProperty('messages');
    expect(toDraft({ ...emptyPrompt, type: 'chat' })).not.toHaveProperty('text');
  });
});

it('leaves out of a half-written draft what is no value yet, and keeps each variable in its place', () => {
  const values = fromContent(content);
  const [what, times, focus] = values.variables;
  if (!what || !times || !focus) throw new Error('three variables were given');
  const draft = toLintedDraft({
    ...values,
    variables: [{ ...what, name: '' }, { ...times, fallback: 'thr', allowed: '1, tw' }, focus],
    more: '{"stop": [',
  });
  expect(draft.variables).toEqual([
    { name: '', type: 'string', description: 'the thing', enum: ['hi', 'bye'] },
    { name: 'times', type: 'integer', description: '', enum: [] },
    { name: 'focus', type: 'string', description: '', default: '', enum: [] },
  ]);
  expect(draft.parameters).toEqual({ temperature: 0.2, max_tokens: 100 });
  expect(toLintedDraft(fromContent(content))).toEqual(toDraft(fromContent(content)));
});

it('finds variables in plain, raw and section tags, each once, in order', () => {
  const text = '{{a}} {{{ b }}} {{&c}} {{#list}}{{a}}{{/list}} {{^none}}x{{/none}} {{user.name}} {{! a comment }}';
  expect(usedVariables({ ...emptyPrompt, text })).toEqual(['a', 'b', 'c', 'list', 'none', 'user']);
});

it('takes a placeholder for the name of a list of messages, and keeps it', () => {
  const messages = [
    { role: 'placeholder', content: 'history' },
    { role: 'user', content: '{{history}} {{a}}' },
    { role: 'placeholder', content: 'history' },
  ];
  const values = fromContent({ type: 'chat', text: '', messages, variables: [], model: '', parameters: null });
  expect(values.messages).toEqual(messages);
  expect(placeholders(values)).toEqual(['history']);
  expect(usedVariables({ ...values, messages: values.messages.slice(0, 1) })).toEqual([]);
  expect(placeholders({ ...values, type: 'text' })).toEqual([]);
});

it('takes names in a section over a list or an object for fields of its items, as the server does', () => {
  const text =
    '{{#labels}}- {{name}}: {{description}}{{#deep}}{{x}}{{/deep}}{{/labels}} {{#is_long}}{{more}}{{/is_long}}' +
    '{{^labels}}{{fallback}}{{/labels}} {{#user.roles}}{{.}}{{role}}{{/user.roles}} {{last}}';
  const declared = (name: string, type: 'list' | 'boolean' | 'object') => ({
    ...{ name, type, description: '', isRequired: true, fallback: '', allowed: '' },
  });
  const variables = [declared('labels', 'list'), declared('is_long', 'boolean'), declared('user', 'object')];
  expect(usedVariables({ ...emptyPrompt, text, variables })).toEqual([
    ...['labels', 'is_long', 'more', 'fallback', 'user', 'last'],
  ]);
  expect(usedVariables({ ...emptyPrompt, text: '{{#list}}{{name}}{{/list}}' })).toEqual(['list', 'name']);
});

it.each([
  ['integer', '3', true],
  ['integer', '3.5', false],
  ['number', '3.5', true],
  ['number', 'three', false],
  ['boolean', 'true', true],
  ['boolean', '"true"', false],
  ['list', '[1]', true],
  ['list', '{}', false],
  ['object', '{}', true],
  ['object', 'null', false],
  ['string', 'anything', true],
] as const)('takes a %s from %s: %s', (type, text, expected) => {
  expect(isValue(type, text)).toBe(expected);
});
