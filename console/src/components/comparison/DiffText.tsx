import { Box, ButtonBase } from '@mui/material';
import { useState } from 'react';
import type { TextPart } from '@/api/generated';
import { foldOf } from '@/components/comparison/folding';

const MARKS = {
  ins: { color: 'success', textDecoration: 'underline' },
  del: { color: 'error', textDecoration: 'line-through' },
} as const;

/** A text whose changes are marked by colour and line, and told to screen readers as inserted and deleted. */
export function DiffText({ parts, label }: { parts: readonly TextPart[]; label: string }) {
  return (
    <Box
      role="group"
      aria-label={label}
      tabIndex={0}
      sx={{
        fontFamily: 'monospace',
        fontSize: 13,
        lineHeight: 1.65,
        whiteSpace: 'pre-wrap',
        overflowWrap: 'anywhere',
        overflow: 'auto',
        maxHeight: '70vh',
        p: 2,
      }}
    >
      {parts.map((part, index) =>
        part.change === 'same' ? (
          <Same key={index} text={part.text} isFirst={index === 0} isLast={index === parts.length - 1} />
        ) : (
          <Mark key={index} as={part.change === 'added' ? 'ins' : 'del'} text={part.text} />
        ),
      )}
    </Box>
  );
}

function Mark({ as, text }: { as: keyof typeof MARKS; text: string }) {
  const { color, textDecoration } = MARKS[as];
  return (
    <Box
      component={as}
      sx={{
        textDecoration,
        textDecorationThickness: 1,
        textUnderlineOffset: 3,
        borderRadius: 0.5,
        bgcolor: `color-mix(in srgb, var(--mui-palette-${color}-main) 18%, transparent)`,
        boxDecorationBreak: 'clone',
      }}
    >
      {/* A changed line break is nothing that one could see. */}
      {text.replace(/\r?\n/g, '↵$&')}
    </Box>
  );
}

function Same({ text, isFirst, isLast }: { text: string; isFirst: boolean; isLast: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const fold = isOpen ? null : foldOf(text, isFirst, isLast);
  if (!fold) return <span>{text}</span>;
  return (
    <>
      <span>{fold.head}</span>
      <ButtonBase
        onClick={() => setOpen(true)}
        sx={{
          display: 'block',
          width: 1,
          my: 0.5,
          py: 0.5,
          borderRadius: 1,
          bgcolor: 'subtle',
          color: 'text.secondary',
          font: 'inherit',
          fontSize: 12,
        }}
      >
        Show {fold.lines} unchanged lines
      </ButtonBase>
      <span>{fold.tail}</span>
    </>
  );
}
