import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json, jsonParseLinter } from '@codemirror/lang-json';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput } from '@codemirror/language';
import { linter, lintGutter, lintKeymap, type Diagnostic } from '@codemirror/lint';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import { EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { Box } from '@mui/material';
import { useEffect, useEffectEvent, useImperativeHandle, useRef, type Ref } from 'react';
import { schemaCompletion } from '@/components/editor/completion';
import { Echoes } from '@/components/editor/echoes';
import { look } from '@/components/editor/look';
import { shadowOf } from '@/components/editor/shadow';
import { firstLine, locate } from '@/util/jsonPath';
import type { Schema } from '@/util/schema';

/** A fault of the document, where the server found it. */
export interface Fault {
  path: string;
  message: string;
}

export interface EditorHandle {
  /** Selects and scrolls to what a path points at. */
  show: (path: string) => void;
}

interface Props {
  ref?: Ref<EditorHandle>;
  label: string;
  value: string;
  onChange?: (value: string) => void;
  /** Completes names and values. */
  schema?: Schema | undefined;
  /** Asked half a second after the last key while the text is JSON; its faults are marked on their lines. */
  validate?: (text: string) => Promise<Fault[]>;
  minHeight?: number;
  maxHeight?: number | string;
}

/** A JSON editor; read-only without `onChange`. Tab leaves it, as everywhere on the page. */
export default function JsonEditor({
  ref,
  label,
  value,
  onChange,
  schema,
  validate,
  minHeight = 160,
  maxHeight = 640,
}: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const echoes = useRef(new Echoes());
  const changed = useEffectEvent((text: string) => {
    echoes.current.note(text);
    onChange?.(text);
  });
  const check = useEffectEvent((text: string) => validate?.(text) ?? Promise.resolve([]));
  const initial = useEffectEvent(() => value);
  const isReadOnly = onChange === undefined;

  useImperativeHandle(ref, () => ({
    show: (path) => {
      const editor = view.current;
      if (!editor) return;
      const text = editor.state.doc.toString();
      const { from: anchor, to: head } = firstLine(text, locate(text, path));
      editor.dispatch({ selection: { anchor, head }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
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
          isReadOnly ? [EditorState.readOnly.of(true)] : editing(changed, check),
          completion.of(schema ? autocompletion({ override: [schemaCompletion(schema)] }) : []),
          [lineNumbers(), foldGutter(), bracketMatching(), json(), look, EditorView.lineWrapping],
          keymap.of([...defaultKeymap, ...foldKeymap]),
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [isReadOnly, label, schema]);

  useEffect(() => {
    const editor = view.current;
    // Text that came from outside (a template was chosen, a version was opened), not the echo of typing.
    if (editor && !echoes.current.isEcho(value, editor.state.doc.toString())) {
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
    }
  }, [value]);

  return (
    <Box
      ref={host}
      sx={{
        minHeight,
        maxHeight,
        overflow: 'auto',
        bgcolor: 'background.paper',
        '&:focus-within': { boxShadow: isReadOnly ? 'none' : 'inset 0 0 0 1px var(--mui-palette-primary-main)' },
      }}
    />
  );
}

const completion = new Compartment();

function editing(changed: (text: string) => void, check: (text: string) => Promise<Fault[]>): Extension {
  const parse = jsonParseLinter();
  return [
    [history(), closeBrackets(), indentOnInput(), highlightActiveLine(), lintGutter()],
    keymap.of([...closeBracketsKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
    linter(
      async (editor) => {
        const syntax = parse(editor);
        return syntax.length > 0 ? syntax : diagnose(editor.state.doc.toString(), check);
      },
      { delay: 500 },
    ),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) changed(update.state.doc.toString());
    }),
  ];
}

async function diagnose(text: string, check: (text: string) => Promise<Fault[]>): Promise<Diagnostic[]> {
  if (text.trim() === '') return [];
  const faults = await check(text).catch(() => []); // the page says when the server cannot be asked
  return faults.map((fault) => ({
    ...firstLine(text, locate(text, fault.path)),
    severity: 'error',
    message: fault.message,
  }));
}
