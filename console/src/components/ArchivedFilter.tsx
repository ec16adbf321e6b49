import { ToggleButton, ToggleButtonGroup } from '@mui/material';

interface Props {
  label: string;
  /** "": what is in use; "yes": what is archived. As the address has it. */
  value: string;
  onChange: (value: string) => void;
}

/** Chooses between what is in use and what is archived. */
export function ArchivedFilter({ label, value, onChange }: Props) {
  return (
    <ToggleButtonGroup
      exclusive
      size="small"
      aria-label={label}
      value={value}
      onChange={(_, chosen: string | null) => chosen !== null && onChange(chosen)}
    >
      <ToggleButton value="">In use</ToggleButton>
      <ToggleButton value="yes">Archived</ToggleButton>
    </ToggleButtonGroup>
  );
}
