import { useEffect } from 'react';
import type { FieldValues, UseFormReturn } from 'react-hook-form';

const WAIT_MS = 400;

/** Values that an unfinished form left in this tab; undefined when there are none. */
export function readDraft(key: string): unknown {
  try {
    const text = sessionStorage.getItem(`draft:${key}`);
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Forgets the draft: it was saved, or given up. */
export function dropDraft(key: string): void {
  forget(key);
  sessionStorage.removeItem(`draft:${key}`);
}

/** Keeps a draft now, for a page that is about to be opened. */
export function keepDraft(key: string, values: unknown): void {
  forget(key);
  write(key, values);
}

/** Keeps an edited form's values in this tab, so that a wrong click, a reload or an ended session costs no work. */
export function useKeepDraft<Values extends FieldValues>(key: string, form: UseFormReturn<Values>): void {
  const { isDirty } = form.formState;
  useEffect(() => {
    const stop = form.subscribe({
      formState: { values: true, isDirty: true },
      callback: ({ values, isDirty: isChanged }) => {
        forget(key);
        if (isChanged) waiting.set(key, { values, timer: setTimeout(() => keep(key), WAIT_MS) });
      },
    });
    const flush = () => keep(key);
    window.addEventListener('pagehide', flush);
    return () => {
      stop();
      flush(); // what was typed last must not wait for a form that is gone
      window.removeEventListener('pagehide', flush);
    };
  }, [key, form, isDirty]);
}

/** Values that are written once nobody has typed for a moment. */
const waiting = new Map<string, { values: unknown; timer: ReturnType<typeof setTimeout> }>();

function forget(key: string): void {
  clearTimeout(waiting.get(key)?.timer);
  waiting.delete(key);
}

function keep(key: string): void {
  const draft = waiting.get(key);
  if (!draft) return;
  forget(key);
  write(key, draft.values);
}

function write(key: string, values: unknown): void {
  try {
    sessionStorage.setItem(`draft:${key}`, JSON.stringify(values));
  } catch {
    // No room or no storage: the draft lives only in the form then.
  }
}
