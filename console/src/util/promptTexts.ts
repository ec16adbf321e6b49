import type { PromptContent } from '@/api/generated';

/** The template of a version as one text, to compare it with another. */
export function templateText(content: PromptContent): string {
  if (content.type === 'text') return content.text;
  return content.messages.map((message) => `[${message.role}]\n${message.content}`).join('\n\n');
}

/** Everything else that a version holds, as JSON. */
export function settingsText({ variables, model, parameters }: PromptContent): string {
  return JSON.stringify({ model, parameters, variables }, null, 2);
}
