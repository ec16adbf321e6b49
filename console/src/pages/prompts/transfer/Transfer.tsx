import { Alert, Box, Button, Typography } from '@mui/material';
import { useState } from 'react';
import { usePromptImport, type ImportOptions } from '@/api/promptImport';
import { useSession } from '@/api/session';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { DropFile } from '@/pages/prompts/transfer/DropFile';
import { ExportPanel } from '@/pages/prompts/transfer/ExportPanel';
import { ImportOptionsForm } from '@/pages/prompts/transfer/ImportOptionsForm';
import { ImportProgress } from '@/pages/prompts/transfer/ImportProgress';
import { ImportReport } from '@/pages/prompts/transfer/ImportReport';

/** Prompts out as a ZIP, and in from a file: first what would happen, then, on request, that it does. */
export default function Transfer() {
  const { can } = useSession();
  return (
    <>
      <PageHeader
        title="Import and export"
        trail={[{ label: 'Prompts', to: '/prompts' }]}
        description="Take prompts along with all versions and labels, or bring them in from another place or tool."
      />
      <Box sx={{ display: 'grid', gap: 2.5 }}>
        {can('prompts.write') && <Import />}
        <ExportPanel />
      </Box>
    </>
  );
}

function Import() {
  const { state, start, stop } = usePromptImport();
  const [file, setFile] = useState<File>();
  const [options, setOptions] = useState<ImportOptions>({ labels: 'move', name_prefix: '', reason: '' });
  const isRunning = state?.isRunning ?? false;
  const check = (next: File, chosen: ImportOptions) => start(next, { ...chosen, is_dry_run: true });
  const change = (next: ImportOptions) => {
    setOptions(next);
    if (file) check(file, next);
  };
  const changes = state?.items.filter(({ outcome }) => outcome === 'created' || outcome === 'changed').length ?? 0;
  const isChecked = state !== undefined && state.isDryRun && !isRunning && !state.problem;
  return (
    <>
      <Panel title="Import">
        <Typography color="textSecondary" sx={{ mb: 1.5, maxWidth: 720 }}>
          A ZIP that was exported here, JSON of Langfuse or of OpenAI&rsquo;s reusable prompts, a promptfoo
          configuration, or Dotprompt files. What is here already stays as it is: the same file twice changes nothing.
        </Typography>
        <Box sx={{ display: 'grid', gap: 2 }}>
          <DropFile
            file={file}
            isDisabled={isRunning && !state?.isDryRun}
            onFile={(next) => {
              setFile(next);
              check(next, options);
            }}
          />
          <ImportOptionsForm options={options} isDisabled={isRunning && !state?.isDryRun} onChange={change} />
          <ProblemAlert error={state?.problem} {...(file && { onRetry: () => check(file, options) })} />
          {state && <ImportProgress state={state} onStop={stop} />}
          {isChecked && file && (
            <Box sx={{ display: 'flex', gap: 1.5, alignItems: 'center', flexWrap: 'wrap' }}>
              {changes > 0 && (
                <Button
                  variant="contained"
                  color="primary"
                  onClick={() => start(file, { ...options, is_dry_run: false })}
                >
                  {changes === 1 ? 'Import 1 prompt' : `Import ${changes} prompts`}
                </Button>
              )}
              <Typography color="textSecondary">
                {changes === 0 ? 'There is nothing to import.' : 'Nothing has changed so far.'}
              </Typography>
            </Box>
          )}
          {state && !state.isDryRun && !isRunning && !state.problem && state.items.length === state.total && (
            <Alert severity="success">The import is done.</Alert>
          )}
        </Box>
      </Panel>
      {state && state.items.length > 0 && <ImportReport items={state.items} isDryRun={state.isDryRun} />}
    </>
  );
}
