import { expect, it } from 'vitest';
import type { MergeConflict } from '@/api/generated';
import { bothSides, isTextual, placeOf, readValue } from '@/components/merge/mergeWords';

const lines = (start: number, count: number) => ({
  base: { start: 1, count: 1 },
  ours: { start, count },
  theirs: { start: 9, count: 9 },
});
const conflict = (path: string, more: Partial<MergeConflict> = {}): MergeConflict => ({
  path,
  base: 'b',
  ours: 'o',
  theirs: 't',
  lines: null,
  is_settled: false,
  ...more,
});

it.each([
  ['text#1', lines(3, 2), 'Text, lines 3–4'],
  ['text#2', lines(3, 0), 'Text, before line 3'],
  ['messages[1].content#1', lines(5, 1), 'Message 2, line 5'],
  ['messages[0].role', null, 'Message 1, role'],
  ['messages[1:2]', null, 'Message 2'],
  ['messages[1:4]', null, 'Messages 2–4'],
  ['messages[2:2]', null, 'Messages before number 3'],
  ['variables.topic', null, 'Variable topic'],
  ['variables.topic.values', null, 'Variable topic, type and values'],
  ['parameters.tools.a', null, 'Parameter tools.a'],
  ['parameters["a.b"]', null, 'Parameter ["a.b"]'],
  ['model', null, 'Model'],
] as const)('says where %s is', (path, at, expected) => {
  expect(placeOf(conflict(path, { lines: at }))).toBe(expected);
});

it('begins with both sides of a text, and with theirs of anything else', () => {
  expect(bothSides(conflict('text#1', { lines: lines(1, 1) }))).toBe('o\nt');
  expect(bothSides(conflict('text#1', { lines: lines(1, 1), ours: null }))).toBe('t');
  expect(bothSides(conflict('parameters.seed', { ours: 1, theirs: 2 }))).toBe('2');
});

it('reads text as it is, and all else as JSON', () => {
  expect(isTextual(conflict('model'))).toBe(true);
  expect(isTextual(conflict('parameters.seed', { theirs: 2 }))).toBe(false);
  expect(readValue('7', true)).toBe('7');
  expect(readValue('7', false)).toBe(7);
  expect(readValue('{', false)).toBeUndefined();
  expect(readValue('', true)).toBeNull();
});
