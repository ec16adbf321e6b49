import { expect, test } from 'vitest';
import { Echoes } from '@/components/editor/echoes';

test('an echo of what was typed before the last keys is no news', () => {
  const echoes = new Echoes();
  for (const text of ['a', 'ab', 'abc']) echoes.note(text);
  expect(echoes.isEcho('a', 'abc')).toBe(true);
  expect(echoes.isEcho('abc', 'abc')).toBe(true);
});

test('drawings that were left out do not matter', () => {
  const echoes = new Echoes();
  for (const text of ['a', 'ab', 'abc']) echoes.note(text);
  expect(echoes.isEcho('ab', 'abc')).toBe(true);
  expect(echoes.isEcho('a', 'abc')).toBe(false);
});

test('a value from outside is news, also one that was typed once', () => {
  const echoes = new Echoes();
  echoes.note('draft');
  expect(echoes.isEcho('draft', 'draft')).toBe(true);
  expect(echoes.isEcho('template', 'draft')).toBe(false);
  expect(echoes.isEcho('draft', 'template')).toBe(false);
});
