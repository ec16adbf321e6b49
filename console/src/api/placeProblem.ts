import type { FieldPath, FieldValues, UseFormReturn } from 'react-hook-form';
import { asProblem, sentence, type FieldProblem } from '@/api/problem';

/**
 * Shows each fault of a refused request on the field of the form that it names.
 *
 * `names` maps paths of the request to fields ("content.text" → "text"); a path that is a field's own name needs no
 * entry. A path deeper than a mapped one ("content.messages[1].content") is shown on the nearest field above it.
 * Returns the faults that found no field: the alert above the form lists those.
 */
export function placeProblem<Values extends FieldValues>(
  error: unknown,
  form: UseFormReturn<Values>,
  names: Record<string, FieldPath<Values>> = {},
): FieldProblem[] {
  const rest: FieldProblem[] = [];
  for (const fault of asProblem(error).errors) {
    const field = nearest(fault.field, names, form.getValues());
    if (field === undefined) rest.push(fault);
    else form.setError(field as FieldPath<Values>, { type: 'server', message: sentence(fault.detail) });
  }
  return rest;
}

function nearest(path: string, names: Record<string, string>, values: FieldValues): string | undefined {
  for (let at = path; at !== ''; at = at.replace(/(\.[^.[\]]*|\[\d+\]|^[^.[\]]+)$/, '')) {
    const named = names[at];
    if (named !== undefined) return named;
    if (Object.hasOwn(values, at)) return at;
  }
  return undefined;
}
