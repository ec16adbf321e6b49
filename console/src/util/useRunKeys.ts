import { useEffect, useRef } from 'react';

/** Ctrl+Enter (⌘+Enter) runs from anywhere on the page, Escape stops; what an editor or dialog takes stays its own. */
export function useRunKeys(onRun: () => void, onStop: () => void): void {
  const actions = useRef({ onRun, onStop });
  useEffect(() => {
    actions.current = { onRun, onStop };
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector('[role="dialog"]') !== null) return;
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        actions.current.onRun();
      } else if (event.key === 'Escape') {
        actions.current.onStop();
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
