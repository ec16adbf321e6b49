import { useController, useWatch, type Control } from 'react-hook-form';
import type { LabelPolicy } from '@/api/generated';
import { MOVERS } from '@/components/LabelLock';
import { SelectInput } from '@/components/SelectInput';
import { TextInput } from '@/components/TextInput';

export interface LabelPolicyValues {
  label_pattern: string;
  prompt_prefix: string;
  minimum_role: LabelPolicy['minimum_role'];
  is_reason_required: 'yes' | 'no';
  is_frozen: 'yes' | 'no';
  freeze_reason: string;
}

const ROLES = (['editor', 'admin', 'owner'] as const).map((value) => ({ value, label: MOVERS[value] }));

/** What the form holds, as the API takes it. */
export function policyBody(values: LabelPolicyValues) {
  const isFrozen = values.is_frozen === 'yes';
  return {
    ...values,
    is_reason_required: values.is_reason_required === 'yes',
    is_frozen: isFrozen,
    freeze_reason: isFrozen ? values.freeze_reason : '',
  };
}

/** Fields of a policy: which labels, of which prompts, who moves them, and whether anybody may now. */
export function LabelPolicyFields({ control }: { control: Control<LabelPolicyValues> }) {
  const { field: role } = useController({ control, name: 'minimum_role' });
  const { field: reason } = useController({ control, name: 'is_reason_required' });
  const { field: frozen } = useController({ control, name: 'is_frozen' });
  const isFrozen = useWatch({ control, name: 'is_frozen' }) === 'yes';
  return (
    <>
      <TextInput
        control={control}
        name="label_pattern"
        label="Labels"
        placeholder="production"
        helperText="A label; * stands for any characters: prod*"
        rules={{
          required: 'Say which labels',
          pattern: {
            value: /^[a-z0-9*][a-z0-9_.*-]{0,35}$/,
            message: 'Small letters, digits, - _ . and * for any characters; at most 36',
          },
        }}
      />
      <TextInput
        control={control}
        name="prompt_prefix"
        label="Only prompts that start with"
        placeholder="support/"
        helperText="Empty: all prompts."
        rules={{
          pattern: {
            value: /^([a-z0-9][a-z0-9_./-]{0,127})?$/,
            message: 'How names of prompts start: small letters, digits, - _ . and /',
          },
        }}
      />
      <SelectInput label="Who may move them" value={role.value} options={ROLES} onChange={role.onChange} />
      <SelectInput
        label="Reason"
        value={reason.value}
        options={[
          { value: 'no', label: 'Optional' },
          { value: 'yes', label: 'Required' },
        ]}
        onChange={reason.onChange}
      />
      <SelectInput
        label="Freeze"
        value={frozen.value}
        options={[
          { value: 'no', label: 'Not frozen' },
          { value: 'yes', label: 'Frozen: nobody moves them for now' },
        ]}
        onChange={frozen.onChange}
      />
      {isFrozen && (
        <TextInput
          control={control}
          name="freeze_reason"
          label="Why they are frozen"
          helperText="Told to everybody who is refused."
          rules={{
            required: 'Say why',
            maxLength: { value: 500, message: 'At most 500 characters' },
          }}
        />
      )}
    </>
  );
}
