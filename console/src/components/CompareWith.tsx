import { Box } from '@mui/material';
import { SelectInput } from '@/components/SelectInput';

interface Props {
  /** The version that is looked at. */
  number: number;
  latest: number;
  value: number;
  onChange: (version: number) => void;
}

/** Chooses the version to compare with. */
export function CompareWith({ number, latest, value, onChange }: Props) {
  const options = Array.from({ length: Math.min(latest, 200) }, (_, index) => latest - index)
    .filter((version) => version !== number || version === value)
    .map((version) => ({ value: String(version), label: `since version ${version}` }));
  return (
    <Box sx={{ width: 176 }}>
      <SelectInput
        isLabelHidden
        label="Compare with"
        value={String(value)}
        options={options}
        onChange={(next) => onChange(Number(next))}
      />
    </Box>
  );
}
