import { Box } from '@mui/material';

/** A mustache template with its tags marked. */
export function TemplateText({ text }: { text: string }) {
  return (
    <Box
      component="pre"
      sx={{
        m: 0,
        whiteSpace: 'pre-wrap',
        overflowWrap: 'anywhere',
        fontSize: 13,
        lineHeight: 1.65,
        '& mark': { color: 'primary.main', bgcolor: 'var(--pp-ring)', borderRadius: 0.5, px: '2px' },
      }}
    >
      {text
        .split(/(\{\{[^}]*\}?\}\})/)
        .map((part, index) => (index % 2 === 1 ? <mark key={index}>{part}</mark> : part))}
    </Box>
  );
}
