import type { FieldPath } from 'react-hook-form';
import type { PromptForm } from '@/forms/fields/PromptContentFields';
import { draftFields } from '@/forms/promptValues';

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
