import { Box, Chip } from '@mui/material';

interface Props {
  label: string;
  choices: readonly string[];
  /** What a choice is called; left out: as it is. */
  labelOf?: (choice: string) => string;
  /** The one that is pressed; left out: pressing one does something and chooses nothing. */
  chosen?: string;
  onChoose: (choice: string) => void;
}

/** A few choices side by side. */
export function ChoiceChips({ label, choices, labelOf = String, chosen, onChoose }: Props) {
  return (
    <Box role="group" aria-label={label} sx={{ display: 'flex', gap: 0.5, flexWrap: 'wrap' }}>
      {choices.map((choice) => (
        <Chip
          key={choice}
          label={labelOf(choice)}
          clickable
          {...(chosen !== undefined && { 'aria-pressed': choice === chosen })}
          color={choice === chosen ? 'primary' : 'default'}
          onClick={() => onChoose(choice)}
        />
      ))}
    </Box>
  );
}
