import { act, renderHook } from '@testing-library/react';
import { useForm } from 'react-hook-form';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { dropDraft, readDraft, useKeepDraft } from '@/util/useDraft';

const KEY = 'prompt:prm_1:main';

beforeEach(() => {
  vi.useFakeTimers();
  sessionStorage.clear();
});
afterEach(() => vi.useRealTimers());

function open() {
  const shown = renderHook(() => {
    const form = useForm({ defaultValues: { text: 'saved' } });
    useKeepDraft(KEY, form);
    return form;
  });
  const type = (text: string) =>
    act(() => shown.result.current.setValue('text', text, { shouldDirty: true, shouldTouch: true }));
  return { ...shown, type };
}

it('keeps what was typed once nobody has typed for a moment', () => {
  const { type } = open();
  type('mine');
  type('mine, longer');
  expect(readDraft(KEY)).not.toEqual({ text: 'mine, longer' });
  vi.runAllTimers();
  expect(readDraft(KEY)).toEqual({ text: 'mine, longer' });
});

it('keeps what was typed last when the form goes away at once', () => {
  const { type, unmount } = open();
  type('mine');
  type('mine, longer');
  unmount();
  expect(readDraft(KEY)).toEqual({ text: 'mine, longer' });
});

it('keeps what was typed last when the page is reloaded at once', () => {
  const { type } = open();
  type('mine');
  type('mine, longer');
  window.dispatchEvent(new Event('pagehide'));
  expect(readDraft(KEY)).toEqual({ text: 'mine, longer' });
});

it('does not bring back a draft that was saved or given up', () => {
  const { type, unmount } = open();
  type('mine');
  type('mine, longer');
  dropDraft(KEY);
  vi.runAllTimers();
  unmount();
  expect(readDraft(KEY)).toBeUndefined();
});
