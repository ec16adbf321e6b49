import { Box, Chip, Typography } from '@mui/material';
import type { MessageComparison } from '@/api/generated';
import { DiffText } from '@/components/comparison/DiffText';
import { partsOf } from '@/components/comparison/folding';
import { CHANGE_WORDS, messageName } from '@/components/comparison/words';
import { Panel } from '@/components/Panel';
import { capital } from '@/util/words';

interface Props {
  message: MessageComparison;
  /** A text prompt has one message, and that has no name. */
  isText: boolean;
  isSideBySide: boolean;
}

const COLOURS = { same: 'default', changed: 'warning', added: 'success', removed: 'error' } as const;

/** One message of two versions: side by side, or in one text. */
export function MessageDiff({ message, isText, isSideBySide }: Props) {
  const { change, parts, before_role, after_role } = message;
  const isInBoth = message.before_index >= 0 && message.after_index >= 0;
  const role =
    before_role && after_role && before_role !== after_role
      ? `${capital(before_role)} → ${after_role}`
      : capital(after_role || before_role);
  const name = isText ? 'Text' : `${role}, ${messageName(message)}`;
  return (
    <Panel
      title={name}
      isFlush
      actions={
        <>
          {message.is_moved && <Chip size="small" label="Moved" color="info" variant="outlined" />}
          <Chip size="small" label={CHANGE_WORDS[change]} color={COLOURS[change]} variant="outlined" />
        </>
      }
    >
      {message.is_coarse && (
        <Typography variant="body2" color="textSecondary" sx={{ px: 2, pt: 1.5 }}>
          These texts are long and have little in common: some of what is the same is shown as removed and added.
        </Typography>
      )}
      {isSideBySide && isInBoth && change !== 'same' ? (
        <Box sx={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr) minmax(0, 1fr)' }}>
          <DiffText label={`${name}, before`} parts={partsOf(parts, 'before')} />
          <Box sx={{ borderLeft: 1, borderColor: 'divider', minWidth: 0 }}>
            <DiffText label={`${name}, after`} parts={partsOf(parts, 'after')} />
          </Box>
        </Box>
      ) : (
        <DiffText label={name} parts={parts} />
      )}
    </Panel>
  );
}
