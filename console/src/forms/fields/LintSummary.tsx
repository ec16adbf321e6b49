import { Typography } from '@mui/material';
import type { Control } from 'react-hook-form';
import { counted } from '@/forms/fields/lintFindings';
import type { PromptForm } from '@/forms/promptValues';
import { useLint } from '@/forms/fields/useLint';

/** Beside the button that saves: what lint said, in numbers. */
export function LintSummary({ control }: { control: Control<PromptForm> }) {
  const { findings } = useLint(control);
  if (findings.length === 0) return null;
  const isRefused = findings.some((finding) => finding.severity === 'error');
  return (
    <Typography variant="body2" color={isRefused ? 'error' : 'textSecondary'} component="p" sx={{ mt: 1 }}>
      Lint: {counted(findings)}
      {isRefused ? '. Errors keep it from being saved.' : '. It can be saved as it stands.'}
    </Typography>
  );
}
