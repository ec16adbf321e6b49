import { json } from '@codemirror/lang-json';
import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { Box, useMediaQuery } from '@mui/material';
import { useEffect, useRef } from 'react';
import { look } from '@/components/editor/look';
import { shadowOf } from '@/components/editor/shadow';

interface Props {
  label: string;
  before: string;
  after: string;
  isJson?: boolean;
}

/** What changed between two texts: side by side, on phones in one column. */
export default function TextDiff({ label, before, after, isJson = false }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const isWide = useMediaQuery('(min-width: 900px)');
  useEffect(() => {
    if (host.current === null) return undefined;
    const root = shadowOf(host.current);
    const shared: Extension = [
      EditorState.readOnly.of(true),
      EditorView.lineWrapping,
      lineNumbers(),
      look,
      isJson ? json() : [],
      EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
    ];
    const collapseUnchanged = { margin: 3, minSize: 6 };
    const view = isWide
      ? new MergeView({
          a: { doc: before, extensions: shared },
          b: { doc: after, extensions: shared },
          root,
          parent: root,
          collapseUnchanged,
        })
      : new EditorView({
          root,
          parent: root,
          doc: after,
          extensions: [shared, unifiedMergeView({ original: before, mergeControls: false, collapseUnchanged })],
        });
    return () => view.destroy();
  }, [before, after, isJson, isWide, label]);
  return (
    <Box
      ref={host}
      sx={{
        overflow: 'auto',
        maxHeight: '70vh',
        '--pp-change': 'color-mix(in srgb, var(--mui-palette-success-main) 25%, transparent)',
      }}
    />
  );
}
