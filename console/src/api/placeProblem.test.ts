import { renderHook, act } from '@testing-library/react';
import { useForm } from 'react-hook-form';
import { expect, it } from 'vitest';
import { placeProblem } from '@/api/placeProblem';
import { Problem } from '@/api/problem';

function refused(...fields: string[]) {
  const errors = fields.map((field) => ({ field, detail: `fault of ${field}` }));
  return new Problem(422, 'INVALID_ARGUMENT', 'Not valid', '', 'req', errors, 0);
}

it('shows faults on the nearest field above their path and hands back those that have none', () => {
  const { result } = renderHook(() => useForm({ defaultValues: { name: '', text: '', more: '' } }));
  let rest: readonly { field: string }[] = [];
  act(() => {
    rest = placeProblem(refused('name', 'content.text', 'content.parameters.stop[2]', 'mode'), result.current, {
      'content.text': 'text',
      'content.parameters': 'more',
    });
  });
  expect(result.current.getFieldState('name').error?.message).toBe('Fault of name');
  expect(result.current.getFieldState('text').error?.message).toBe('Fault of content.text');
  expect(result.current.getFieldState('more').error?.message).toBe('Fault of content.parameters.stop[2]');
  expect(rest.map((fault) => fault.field)).toEqual(['mode']);
});
