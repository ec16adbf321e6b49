import { Typography } from '@mui/material';
import { useController, type UseFormReturn } from 'react-hook-form';
import { FormDialog } from '@/components/FormDialog';
import { ProblemAlert } from '@/components/ProblemAlert';
import { SelectInput } from '@/components/SelectInput';
import { TextInput } from '@/components/TextInput';
import { ReasonInput } from '@/forms/fields/ReasonInput';

export interface LabelValues {
  label: string;
  version: string;
  /** Why; only where the form has a field for it. */
  reason?: string;
}

interface Props {
  form: UseFormReturn<LabelValues>;
  /** Where labels point now. */
  labels: readonly { label: string; version: number }[];
  latestVersion: number;
  /** A label that is moved; empty: a new one. */
  existing: string;
  /** Whether a reason must be given; absent: the form has no field for one. */
  isReasonRequired?: boolean;
  error: unknown;
  isPending: boolean;
  onSubmit: () => void;
  onClose: () => void;
}

/** Points a label of a prompt or pipeline at a version: forward, or back to an earlier one. */
export function LabelForm(props: Props) {
  const { form, labels, latestVersion, existing, isReasonRequired, error, isPending, onSubmit, onClose } = props;
  const { field: version } = useController({ control: form.control, name: 'version' });
  const now = labels.find((one) => one.label === existing)?.version;
  const isBack = now !== undefined && Number(version.value) < now;
  const options = Array.from({ length: Math.min(latestVersion, 200) }, (_, index) => {
    const number = latestVersion - index;
    const here = labels.filter((one) => one.version === number).map((one) => one.label);
    return {
      value: String(number),
      label: here.length > 0 ? `Version ${number} (${here.join(', ')})` : `Version ${number}`,
    };
  });
  return (
    <FormDialog
      title={existing ? `Move ${existing}` : 'Add a label'}
      action={isBack ? `Roll back to version ${version.value}` : existing ? 'Move' : 'Add'}
      isDisabled={now === Number(version.value)}
      isPending={isPending}
      maxWidth="xs"
      onSubmit={onSubmit}
      onClose={onClose}
    >
      <ProblemAlert error={error} faults={[]} />
      {!existing && (
        <TextInput
          control={form.control}
          name="label"
          label="Label"
          autoFocus
          placeholder="staging"
          rules={{
            required: 'Name the label',
            pattern: { value: /^[a-z0-9][a-z0-9_.-]{0,35}$/, message: 'Small letters, digits, - _ and .' },
          }}
        />
      )}
      <SelectInput label="Points at" value={version.value} options={options} onChange={version.onChange} />
      {isReasonRequired !== undefined && (
        <ReasonInput control={form.control} name="reason" isRequired={isReasonRequired} />
      )}
      <Typography variant="body2" color="textSecondary">
        {now === undefined
          ? 'Programs that ask for this label get the version it points at.'
          : `Now at version ${now}. Programs and runs that ask for the label get the other version from their next request on.`}
      </Typography>
    </FormDialog>
  );
}
