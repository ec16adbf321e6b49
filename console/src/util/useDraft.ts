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
  sessionStorage.removeItem(`draft:${key}`);
}

/** Keeps an edited form's values in this tab, so that a wrong click, a reload or an ended session costs no work. */
export function useKeepDraft<Values extends FieldValues>(key: string, form: UseFormReturn<Values>): void {
  const { isDirty } = form.formState;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = form.subscribe({
      formState: { values: true, isDirty: true },
      callback: ({ values, isDirty: isChanged }) => {
        clearTimeout(timer);
        if (isChanged) timer = setTimeout(() => keep(key, values), WAIT_MS);
      },
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [key, form, isDirty]);
}

function keep(key: string, values: unknown): void {
  try {
    sessionStorage.setItem(`draft:${key}`, JSON.stringify(values));
  } catch {
    // No room or no storage: the draft lives only in the form then.
  }
}
