import { Box } from '@mui/material';
import { useState } from 'react';
import type { PromptTemplateExample } from '@/api/generated';
import { ChoiceChips } from '@/components/ChoiceChips';
import { JsonValue } from '@/components/JsonValue';
import { Panel } from '@/components/Panel';
import { capital } from '@/util/words';

/** Examples of a template, one at a time: the values, and the messages that they make. */
export function TemplateExamples({ examples }: { examples: readonly PromptTemplateExample[] }) {
  const [chosen, choose] = useState(examples[0]?.title ?? '');
  const example = examples.find((one) => one.title === chosen);
  if (!example) return null;
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <ChoiceChips label="Examples" choices={examples.map((one) => one.title)} chosen={chosen} onChoose={choose} />
      <Box
        key={chosen}
        sx={{
          display: 'grid',
          gap: 2,
          gridTemplateColumns: { md: 'minmax(0, 2fr) minmax(0, 3fr)' },
          alignItems: 'start',
        }}
      >
        <Box sx={{ display: 'grid', gap: 2, minWidth: 0 }}>
          {Object.entries(example.variables).map(([name, value]) => (
            <Panel key={name} title={<code>{name}</code>} isFlush>
              <JsonValue value={value} empty={null} />
            </Panel>
          ))}
        </Box>
        <Box sx={{ display: 'grid', gap: 2, minWidth: 0 }}>
          {example.messages.map(({ role, content }, index) => (
            <Panel key={index} title={`${capital(role)} message, filled in`} isFlush>
              <JsonValue value={content} empty={null} />
            </Panel>
          ))}
        </Box>
      </Box>
    </Box>
  );
}
