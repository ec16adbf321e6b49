import type { FieldPath } from 'react-hook-form';
import { draftFields, type PromptForm } from '@/forms/promptValues';

/** Paths of a request that holds a draft under `content` → fields of the form. */
export const contentFields: Record<string, FieldPath<PromptForm>> = Object.fromEntries(
  Object.entries(draftFields).map(([path, field]) => [`content.${path}`, field]),
);

/** "a, b" → ["a", "b"] */
export function splitTags(text: string): string[] {
  return [
    ...new Set(
      text
        .split(',')
        .map((tag) => tag.trim())
        .filter((tag) => tag !== ''),
    ),
  ];
}
