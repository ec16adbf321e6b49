import type { FieldPath } from 'react-hook-form';
import type { LintFinding } from '@/api/generated';
import type { Mark } from '@/components/editor/TemplateEditor';
import type { PromptForm } from '@/forms/promptValues';
import { contentFields } from '@/forms/fields/requestPaths';

/** "1 error, 2 warnings" */
export function counted(findings: readonly LintFinding[]): string {
  const parts = (
    [
      ['error', 'error', 'errors'],
      ['warning', 'warning', 'warnings'],
      ['info', 'piece of advice', 'pieces of advice'],
    ] as const
  ).flatMap(([severity, one, many]) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
  });
  return parts.join(', ');
}

/** Where a finding is, in the form's own words. */
export function whereabouts({ field, place, variable }: LintFinding): string {
  const path = field.replace(/^content\.?/, '');
  const message = /^messages\[(\d+)\]/.exec(path);
  const line = place ? `line ${place.line}` : '';
  if (message) return [`Message ${Number(message[1]) + 1}`, line].filter(Boolean).join(', ');
  if (path === 'text') return line ? `Line ${place?.line}` : 'Text';
  if (path.startsWith('variables')) return variable ? `Variable ${variable}` : 'Variables';
  if (path.startsWith('parameters')) return `Parameter ${path.slice('parameters.'.length)}`;
  return path === 'model' ? 'Model' : 'Prompt';
}

/** Members of a variable in a request → in the form. */
const MEMBERS = new Map<string, 'fallback' | 'allowed' | 'description'>([
  ['default', 'fallback'],
  ['enum', 'allowed'],
  ['description', 'description'],
]);

/** The form's field that a finding without a place is about. */
export function formFieldOf(path: string): FieldPath<PromptForm> | undefined {
  const variable = /^content\.variables\[(\d+)\](?:\.(\w+))?/.exec(path);
  if (variable) {
    return `variables.${Number(variable[1])}.${MEMBERS.get(variable[2] ?? '') ?? 'name'}`;
  }
  const message = /^content\.messages\[(\d+)\]/.exec(path);
  if (message) return `messages.${Number(message[1])}.content`;
  return contentFields[path] ?? (path.startsWith('content.parameters') ? 'more' : undefined);
}

/** What is to be underlined in each message, by its index. */
export function marksByMessage(findings: readonly LintFinding[]): ReadonlyMap<number, Mark[]> {
  const marks = new Map<number, Mark[]>();
  for (const { place, severity, message, fix } of findings) {
    if (!place) continue;
    const own = marks.get(place.message_index) ?? [];
    own.push({ place, severity, message, fix });
    marks.set(place.message_index, own);
  }
  return marks;
}
