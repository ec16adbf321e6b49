import { useQuery } from '@tanstack/react-query';
import type { PromptTemplateExample, PromptVersion } from '@/api/generated';
import {
  getPromptTemplateOptions,
  getPromptVersionOptions,
  listPromptTemplatesOptions,
} from '@/api/generated/@tanstack/react-query.gen';

/**
 * Examples of the template that a prompt was copied from, fit for one of its versions; none for a prompt of one's own.
 *
 * The first version of a copy has its template's hash. Later versions may have dropped or added variables: examples
 * bring what is still there, and those that have nothing left to bring are not offered.
 */
export function useTemplateExamples(version: PromptVersion): PromptTemplateExample[] {
  const first = useQuery({
    ...getPromptVersionOptions({ path: { prompt_id: version.prompt_id, number: 1 } }),
    staleTime: Infinity,
  });
  const library = useQuery({ ...listPromptTemplatesOptions(), staleTime: Infinity });
  const hash = first.data?.content_hash;
  const name = library.data?.items.find((template) => template.content_hash === hash)?.name ?? '';
  const template = useQuery({
    ...getPromptTemplateOptions({ path: { template_name: name } }),
    enabled: name !== '',
    staleTime: Infinity,
  });
  const names = new Set([...version.content.variables.map((one) => one.name), ...version.undeclared_variables]);
  return (template.data?.examples ?? [])
    .map((example) => ({
      ...example,
      variables: Object.fromEntries(Object.entries(example.variables).filter(([each]) => names.has(each))),
    }))
    .filter((example) => Object.keys(example.variables).length > 0);
}
