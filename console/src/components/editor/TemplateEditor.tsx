import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { lintKeymap, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import {
  Decoration,
  EditorView,
  keymap,
  MatchDecorator,
  placeholder as hint,
  ViewPlugin,
  type DecorationSet,
} from '@codemirror/view';
import { Box } from '@mui/material';
import { useEffect, useEffectEvent, useImperativeHandle, useRef, type Ref } from 'react';
import { Echoes } from '@/components/editor/echoes';
import { look } from '@/components/editor/look';
import { shadowOf } from '@/components/editor/shadow';
import { rangeOf, type Place } from '@/util/places';

/** Something to underline, and a text that would mend it. */
export interface Mark {
  place: Place;
  severity: 'error' | 'warning' | 'info';
  message: string;
  fix: { title: string; replacement: string } | null;
}

export interface TemplateHandle {
  focus: () => void;
  /** Selects a part and scrolls to it. */
  show: (place: Place) => void;
  /** Puts a text in the place of a part, as typing would: it can be undone. */
  replace: (place: Place, text: string) => void;
}

interface Props {
  ref?: Ref<TemplateHandle>;
  label: string;
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  marks: readonly Mark[];
  placeholder?: string;
  isInvalid?: boolean;
  minRows: number;
}

/** An editor of a mustache template: its tags stand out, findings are underlined. Tab leaves it, as everywhere. */
export function TemplateEditor({
  ref,
  label,
  value,
  onChange,
  onBlur,
  marks,
  placeholder = '',
  isInvalid = false,
  minRows,
}: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const echoes = useRef(new Echoes());
  const changed = useEffectEvent((text: string) => {
    echoes.current.note(text);
    onChange(text);
  });
  const left = useEffectEvent(() => onBlur?.());
  const initial = useEffectEvent(() => value);

  useImperativeHandle(ref, () => ({
    focus: () => view.current?.focus(),
    show: (place) => {
      const editor = view.current;
      if (!editor) return;
      const { from: anchor, to: head } = rangeOf(editor.state.doc.toString(), place);
      editor.dispatch({ selection: { anchor, head }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
      editor.focus();
    },
    replace: (place, insert) => {
      const editor = view.current;
      if (!editor) return;
      const { from, to } = rangeOf(editor.state.doc.toString(), place);
      editor.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length } });
      editor.focus();
    },
  }));

  useEffect(() => {
    if (host.current === null) return undefined;
    const root = shadowOf(host.current);
    const editor = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: initial(),
        extensions: [
          keymap.of([...defaultKeymap, ...historyKeymap, ...lintKeymap]),
          EditorView.theme({ '.cm-content': { minHeight: `calc(${minRows} * 1.6em + 20px)`, padding: '10px 12px' } }),
          EditorView.theme({ '.cm-line': { padding: '0' } }),
          [history(), look, tags, EditorView.lineWrapping, hint(placeholder)],
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
          EditorView.domEventHandlers({ blur: () => left() }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [label, minRows, placeholder]);

  useEffect(() => {
    const editor = view.current;
    // Text that came from outside (a draft was kept, changes were discarded), not the echo of typing.
    if (editor && !echoes.current.isEcho(value.replace(/\r\n?/g, '\n'), editor.state.doc.toString())) {
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
    }
  }, [value]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const text = editor.state.doc.toString();
    editor.dispatch(
      setDiagnostics(
        editor.state,
        marks.map((mark) => diagnostic(text, mark)),
      ),
    );
  }, [marks, label, minRows, placeholder]);

  return (
    <Box
      ref={host}
      sx={{
        border: 1,
        borderColor: isInvalid ? 'error.main' : 'divider',
        borderRadius: 1,
        maxHeight: '70vh',
        overflow: 'auto',
        bgcolor: 'background.paper',
        '&:focus-within': { borderColor: isInvalid ? 'error.main' : 'primary.main' },
      }}
    />
  );
}

function diagnostic(text: string, { place, severity, message, fix }: Mark): Diagnostic {
  const apply = (editor: EditorView, from: number, to: number) =>
    editor.dispatch({ changes: { from, to, insert: fix?.replacement ?? '' } });
  return { ...rangeOf(text, place), severity, message, ...(fix && { actions: [{ name: fix.title, apply }] }) };
}

const tagMatcher = new MatchDecorator({
  regexp: /\{\{\{?[^{}\n]{0,200}\}?\}\}/g,
  decoration: Decoration.mark({ class: 'pp-tag' }),
});

/** Mustache tags in a colour of their own. */
const tags = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = tagMatcher.createDeco(view);
    }

    update(update: Parameters<MatchDecorator['updateDeco']>[0]) {
      this.decorations = tagMatcher.updateDeco(update, this.decorations);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);
