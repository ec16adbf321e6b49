import { Alert, Box, useMediaQuery } from '@mui/material';
import type { PromptComparison } from '@/api/generated';
import { ChoiceChips } from '@/components/ChoiceChips';
import { CostDifference } from '@/components/comparison/CostDifference';
import { FieldChanges } from '@/components/comparison/FieldChanges';
import { MessageDiff } from '@/components/comparison/MessageDiff';
import { fieldsOf } from '@/components/comparison/words';
import { useSearchState } from '@/util/useSearchState';

interface Props {
  comparison: PromptComparison;
  /** Whether the prompt is one text, whose only message has no name. */
  isText: boolean;
}

/** All that differs between two versions, and what that costs. */
export function Comparison({ comparison, isText }: Props) {
  const [layout, setLayout] = useSearchState('layout', 'side');
  const isWide = useMediaQuery('(min-width: 900px)');
  const parameters = comparison.parameters.map((field) => ({ ...field, owner: '' }));
  const schema = comparison.output_schema.map((field) => ({ ...field, owner: '' }));
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      {comparison.is_same && <Alert severity="info">Both hold exactly the same.</Alert>}
      <CostDifference comparison={comparison} />
      {isWide && (
        <ChoiceChips
          label="Layout of texts"
          choices={['side', 'inline']}
          labelOf={(choice) => (choice === 'side' ? 'Side by side' : 'In one text')}
          chosen={layout}
          onChoose={setLayout}
        />
      )}
      {comparison.messages.map((message) => (
        <MessageDiff
          key={`${message.before_index} ${message.after_index}`}
          message={message}
          isText={isText}
          isSideBySide={isWide && layout === 'side'}
        />
      ))}
      <FieldChanges
        title="Variables"
        owner="Variable"
        fields={fieldsOf(comparison.variables)}
        {...(comparison.is_variable_order_changed && { note: 'Variables stand in another order.' })}
      />
      <FieldChanges title="Parameters" fields={parameters} />
      <FieldChanges
        title="Tools"
        owner="Tool"
        fields={fieldsOf(comparison.tools)}
        {...(comparison.is_tool_order_changed && { note: 'Tools stand in another order.' })}
      />
      <FieldChanges title="Output schema" fields={schema} />
    </Box>
  );
}
