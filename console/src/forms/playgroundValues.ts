import type { ModelCallBody, PromptContent, PromptDraft, PromptVersion } from '@/api/generated';
import { allVariables, collectVariables, type CallContent } from '@/forms/callVariables';
import { fromContent, toDraft, type PromptValues } from '@/forms/promptValues';

/** As many as the server calls side by side. */
export const MOST_COLUMNS = 4;
/** Stands for the draft where a version's number would stand. */
export const DRAFT = 'draft';

/** One column: what is tried, with which model. Empty fields are the prompt's own. */
export interface ColumnValues {
  /** "draft", or a version's number. */
  source: string;
  model: string;
  temperature: string;
  maxTokens: string;
}

export interface PlaygroundValues {
  columns: ColumnValues[];
  /** Text for strings, JSON for all other types; shared by all columns. */
  variables: Record<string, string>;
  mode: 'test' | 'live';
}

/** What the columns' sources stand for; a version that is not loaded yet is not there. */
export interface Sources {
  promptId: string;
  /** undefined: there is no draft. */
  draft: PromptValues | undefined;
  versions: ReadonlyMap<string, PromptVersion>;
}

export function newColumn(source: string): ColumnValues {
  return { source, model: '', temperature: '', maxTokens: '' };
}

/** The content of a column's source, as forms hold it; undefined while it is not there. */
export function contentOf({ source }: ColumnValues, sources: Sources): PromptValues | undefined {
  if (source === DRAFT) return sources.draft;
  const version = sources.versions.get(source);
  return version && fromContent(version.content);
}

/** What is sent for a column; throws SyntaxError for a draft whose JSON cannot be read. */
export function callOf(
  column: ColumnValues,
  sources: Sources,
  texts: Readonly<Record<string, string>>,
  mode: 'test' | 'live',
): ModelCallBody {
  const content = contentOf(column, sources);
  const own: CallContent['variables'] = content ? allVariables(content) : [];
  const source =
    column.source === DRAFT && sources.draft
      ? { draft: toDraft(sources.draft) }
      : { reference: { prompt: sources.promptId, version: Number(column.source) } };
  return {
    ...source,
    variables: collectVariables(own, texts),
    // The simulator answers any name; a live model has to be named.
    model: column.model || (content?.model === '' && mode === 'test' ? 'sim-text' : ''),
    parameters: parametersOf(column),
  };
}

/** The content that a column tries, its model and parameters laid over: what "save as version" saves. */
export function draftOf(column: ColumnValues, sources: Sources): PromptDraft | undefined {
  const content = contentOf(column, sources);
  if (content === undefined) return undefined;
  const draft = toDraft(content);
  return {
    ...draft,
    model: column.model || (draft.model ?? ''),
    parameters: { ...draft.parameters, ...parametersOf(column) },
  };
}

/** What a column tried as the editor's form holds it. */
export function fromDraft(draft: PromptDraft): PromptValues {
  const { type, text = '', messages = [], variables = [], model = '', parameters = {} } = draft;
  const content = { type, text, messages, variables, model, parameters } as PromptContent;
  return fromContent(content);
}

function parametersOf({ temperature, maxTokens }: ColumnValues): Record<string, unknown> {
  return {
    ...(temperature === '' ? {} : { temperature: Number(temperature) }),
    ...(maxTokens === '' ? {} : { max_tokens: Number(maxTokens) }),
  };
}

/** Columns to begin with: those that were there, with what was asked for among them; never too many, never none. */
export function firstColumns(kept: readonly ColumnValues[], asked: readonly string[]): ColumnValues[] {
  const missing = asked.filter((source) => !kept.some((column) => column.source === source));
  const wanted = asked.length === 0 || missing.length === 0 ? kept : asked.map(newColumn);
  return wanted.length > MOST_COLUMNS ? wanted.slice(0, MOST_COLUMNS) : [...wanted];
}
