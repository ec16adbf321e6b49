import { describe, expect, it } from 'vitest';
import type { LintFinding } from '@/api/generated';
import { counted, formFieldOf, marksByMessage, whereabouts } from '@/forms/fields/lintFindings';

const place = { message_index: 1, start: 0, end: 3, line: 4, column: 1, end_line: 4, end_column: 4 };

function finding(given: Partial<LintFinding>): LintFinding {
  return {
    code: 'a-rule',
    severity: 'warning',
    message: 'Mend it',
    field: 'content.text',
    place: null,
    variable: '',
    fix: null,
    ...given,
  };
}

describe('counted', () => {
  it('leaves out what there is none of', () => {
    const all = [finding({ severity: 'error' }), finding({}), finding({}), finding({ severity: 'info' })];
    expect(counted(all)).toBe('1 error, 2 warnings, 1 piece of advice');
    expect(counted([finding({})])).toBe('1 warning');
  });
});

describe('whereabouts', () => {
  it.each([
    [finding({ field: 'content.messages[1].content', place }), 'Message 2, line 4'],
    [finding({ field: 'content.messages[0].role' }), 'Message 1'],
    [finding({ place }), 'Line 4'],
    [finding({}), 'Text'],
    [finding({ field: 'content.variables[0].default', variable: 'tone' }), 'Variable tone'],
    [finding({ field: 'content.variables[0].name' }), 'Variables'],
    [finding({ field: 'content.parameters.top_p' }), 'Parameter top_p'],
    [finding({ field: 'content.model' }), 'Model'],
    [finding({ field: 'content.messages' }), 'Prompt'],
  ])('is said in words of the form', (given, words) => {
    expect(whereabouts(given)).toBe(words);
  });
});

describe('formFieldOf', () => {
  it.each([
    ['content.variables[2]', 'variables.2.name'],
    ['content.variables[2].name', 'variables.2.name'],
    ['content.variables[2].default', 'variables.2.fallback'],
    ['content.variables[2].enum[1]', 'variables.2.allowed'],
    ['content.messages[1].content', 'messages.1.content'],
    ['content.text', 'text'],
    ['content.parameters.temperature', 'temperature'],
    ['content.parameters.max_tokens', 'maxTokens'],
    ['content.parameters.top_p', 'more'],
    ['content.model', 'model'],
    ['content.type', undefined],
  ])('%s → %s', (path, field) => {
    expect(formFieldOf(path)).toBe(field);
  });
});

describe('marksByMessage', () => {
  it('gathers what has a place, by message', () => {
    const marks = marksByMessage([finding({ place }), finding({}), finding({ place: { ...place, message_index: 0 } })]);
    expect([...marks.keys()]).toEqual([1, 0]);
    expect(marks.get(1)).toEqual([{ place, severity: 'warning', message: 'Mend it', fix: null }]);
  });
});
