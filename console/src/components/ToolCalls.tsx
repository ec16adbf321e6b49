import { Box, Typography } from '@mui/material';
import { Wrench } from 'lucide-react';
import type { ToolCall } from '@/api/modelCall';

/** The tools that a model wants called, each with its arguments; nothing calls them here. */
export function ToolCalls({ calls }: { calls: readonly ToolCall[] }) {
  if (calls.length === 0) return null;
  return (
    <Box component="ul" aria-label="Tool calls" sx={{ m: 0, p: 0, listStyle: 'none', display: 'grid', gap: 1 }}>
      {calls.map((call, index) => (
        <Box
          component="li"
          key={call.id || index}
          sx={{ border: 1, borderColor: 'divider', borderRadius: 1.5, overflow: 'hidden' }}
        >
          <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, px: 1.5, py: 0.75 }}>
            <Wrench size={14} aria-hidden />
            <Typography component="code" sx={{ fontSize: 13, fontWeight: 600, overflowWrap: 'anywhere' }}>
              {call.name}
            </Typography>
          </Box>
          <Box
            component="pre"
            tabIndex={0}
            aria-label={`Arguments of ${call.name}`}
            role="region"
            sx={{
              m: 0,
              px: 1.5,
              py: 1,
              borderTop: 1,
              borderColor: 'divider',
              maxHeight: 240,
              overflow: 'auto',
              whiteSpace: 'pre-wrap',
              overflowWrap: 'anywhere',
              fontSize: 12.5,
              lineHeight: 1.6,
            }}
          >
            {readable(call.arguments)}
          </Box>
        </Box>
      ))}
    </Box>
  );
}

/** JSON with line breaks; what is none stays as the model wrote it. */
function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
