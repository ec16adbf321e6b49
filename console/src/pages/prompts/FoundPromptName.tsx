import { Box } from '@mui/material';
import type { FoundPrompt, PromptMatch } from '@/api/generated';
import { Subline } from '@/components/DataTable';
import { Snippet } from '@/components/Snippet';

/** A prompt in a list, and where in it the words were found. */
export function FoundPromptName({ found: { prompt, matches } }: { found: FoundPrompt }) {
  const name = matches.find(({ field }) => field === 'name');
  const others = matches.filter(({ field }) => field !== 'name');
  const hasDescription = others.some(({ field }) => field === 'description');
  return (
    <>
      <Box component="span" sx={{ overflowWrap: 'anywhere' }}>
        {name ? <Snippet parts={name.parts} /> : prompt.name}
      </Box>
      {!hasDescription && prompt.description && <Subline>{prompt.description}</Subline>}
      {others.map((match, index) => (
        <Subline key={index}>
          {LEADS[match.field](match)}
          <Snippet parts={match.parts} />
        </Subline>
      ))}
    </>
  );
}

const LEADS: Record<PromptMatch['field'], (match: PromptMatch) => string> = {
  name: () => '',
  description: () => '',
  tag: () => 'Tag: ',
  text: ({ version }) => `Version ${version}: `,
  note: ({ version }) => `Note of version ${version}: `,
};
