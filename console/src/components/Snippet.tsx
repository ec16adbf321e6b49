import { Box } from '@mui/material';
import type { SnippetPart } from '@/api/generated';

/** A piece of a text, with the words that were searched for marked. */
export function Snippet({ parts }: { parts: readonly SnippetPart[] }) {
  return (
    <>
      {parts.map(({ text, is_match }, index) =>
        is_match ? (
          <Box
            key={index}
            component="mark"
            sx={{
              color: 'inherit',
              borderRadius: 0.5,
              bgcolor: 'color-mix(in srgb, var(--mui-palette-primary-main) 20%, transparent)',
            }}
          >
            {text}
          </Box>
        ) : (
          text
        ),
      )}
    </>
  );
}
