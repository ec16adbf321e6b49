import { Alert, Box, Button, ButtonBase, Typography } from '@mui/material';
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import { useEffect } from 'react';
import type { UseFormReturn } from 'react-hook-form';
import type { LintFinding } from '@/api/generated';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { counted, formFieldOf, whereabouts } from '@/forms/fields/lintFindings';
import type { PromptForm } from '@/forms/promptValues';
import { useLint } from '@/forms/fields/useLint';
import { fresh } from '@/forms/fields/VariablesField';

interface Props {
  form: UseFormReturn<PromptForm>;
  /** Told of findings that are to be underlined. */
  onFound: (findings: readonly LintFinding[]) => void;
  onShow: (finding: LintFinding) => void;
  onFix: (finding: LintFinding) => void;
}

/** What lint says of the draft while it is written: a click leads there, and mends what mends itself. */
export function LintPanel({ form, onFound, onShow, onFix }: Props) {
  const { findings, isCut, isCurrent, error } = useLint(form.control);
  useEffect(() => {
    if (isCurrent || findings.length === 0) onFound(findings);
  }, [findings, isCurrent, onFound]);
  const show = (finding: LintFinding) => {
    const field = formFieldOf(finding.field);
    if (finding.place) onShow(finding);
    else if (field) form.setFocus(field);
  };
  if (error) return <ProblemAlert error={error} />;
  if (findings.length === 0) {
    return isCurrent ? (
      <Alert severity="success" icon={<CircleCheck size={18} />} role="status">
        Nothing found: the draft can be saved, and no rule of lint objects.
      </Alert>
    ) : null;
  }
  return (
    <Panel title={<span role="status">{`Lint: ${counted(findings)}`}</span>} isFlush>
      <Box component="ul" aria-busy={!isCurrent} sx={{ listStyle: 'none', m: 0, p: 0.75 }}>
        {findings.map((finding) => (
          <Box
            component="li"
            key={`${finding.code} ${finding.field} ${finding.place?.start ?? ''}`}
            sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', columnGap: 1 }}
          >
            <FindingButton finding={finding} onClick={() => show(finding)} />
            <FixButton finding={finding} form={form} isCurrent={isCurrent} onFix={onFix} />
          </Box>
        ))}
      </Box>
      {isCut && (
        <Typography variant="caption" color="textSecondary" component="p" sx={{ px: 2, pb: 1.5 }}>
          Of each rule, the first 50 findings are listed.
        </Typography>
      )}
    </Panel>
  );
}

const ICONS = { error: CircleAlert, warning: TriangleAlert, info: Info } as const;
const WORDS = { error: 'Error', warning: 'Warning', info: 'Advice' } as const;

function FindingButton({ finding, onClick }: { finding: LintFinding; onClick: () => void }) {
  const Icon = ICONS[finding.severity];
  return (
    <ButtonBase
      onClick={onClick}
      sx={{
        display: 'grid',
        gridTemplateColumns: '18px minmax(0, 1fr)',
        columnGap: 1,
        flex: '1 1 260px',
        textAlign: 'left',
        px: 1.25,
        py: 0.75,
        borderRadius: 1,
        fontSize: 13,
        '&:hover': { bgcolor: 'subtle' },
      }}
    >
      <Box sx={{ color: `${finding.severity}.main`, display: 'flex', alignSelf: 'start', pt: 0.25 }}>
        <Icon size={15} aria-label={WORDS[finding.severity]} role="img" />
      </Box>
      <Box sx={{ overflowWrap: 'anywhere' }}>
        <Box component="span" sx={{ color: 'text.secondary' }}>
          {whereabouts(finding)} · <code>{finding.code}</code>
        </Box>
        <Box>{finding.message}</Box>
      </Box>
    </ButtonBase>
  );
}

interface FixProps {
  finding: LintFinding;
  form: UseFormReturn<PromptForm>;
  isCurrent: boolean;
  onFix: (finding: LintFinding) => void;
}

/** What can be mended without thinking: a text is replaced, a variable declared or removed. */
function FixButton({ finding, form, isCurrent, onFix }: FixProps) {
  const mend = mendingOf(finding, form, onFix);
  if (!mend) return null;
  return (
    <Button size="small" disabled={!isCurrent} onClick={mend.apply} sx={{ ml: 'auto', fontSize: 12.5 }}>
      {mend.title}
    </Button>
  );
}

function mendingOf(finding: LintFinding, form: UseFormReturn<PromptForm>, onFix: FixProps['onFix']) {
  const { code, variable, fix } = finding;
  const set = (variables: PromptForm['variables']) => form.setValue('variables', variables, { shouldDirty: true });
  if (fix) return { title: fix.title, apply: () => onFix(finding) };
  if (code === 'variable-undeclared') {
    return { title: `Declare ${variable}`, apply: () => set([...form.getValues('variables'), fresh(variable)]) };
  }
  if (code === 'variable-unused') {
    const apply = () => set(form.getValues('variables').filter((one) => one.name !== variable));
    return { title: `Remove ${variable}`, apply };
  }
  return undefined;
}
