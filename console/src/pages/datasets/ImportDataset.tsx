import { Box, Button, LinearProgress, Typography } from '@mui/material';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { FileUp } from 'lucide-react';
import { useRef, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { formatOf, uploadDataset } from '@/api/datasetUpload';
import type { CreateDatasetImport, DatasetImport } from '@/api/generated';
import { applyDatasetImportMutation, getDatasetOptions } from '@/api/generated/@tanstack/react-query.gen';
import { invalidate } from '@/api/queryClient';
import { LoadFailed } from '@/components/LoadFailed';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { SelectInput } from '@/components/SelectInput';
import { PageSkeleton } from '@/components/Skeletons';
import { ImportReport } from '@/pages/datasets/ImportReport';

type Format = CreateDatasetImport['format'];
type Columns = NonNullable<CreateDatasetImport['columns']>;

const FORMATS: { value: Format; label: string }[] = [
  { value: 'csv', label: 'CSV' },
  { value: 'jsonl', label: 'JSONL: an object on each line' },
  { value: 'json', label: 'JSON: an array of objects' },
];

/** From a file to a version: choose it, see what it would change, and only then import it. */
export default function ImportDataset() {
  const { datasetId = '' } = useParams();
  const dataset = useQuery(getDatasetOptions({ path: { dataset_id: datasetId } }));
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [file, setFile] = useState<File>();
  const [format, setFormat] = useState<Format>('csv');
  const [sentBytes, setSentBytes] = useState(0);
  const read = useMutation({
    mutationFn: (how: { file: File; format: Format; columns: Columns }) => {
      setSentBytes(0);
      return uploadDataset(datasetId, how.file, how, setSentBytes);
    },
  });
  const apply = useMutation({
    ...applyDatasetImportMutation(),
    onSuccess: async () => {
      await invalidate(queryClient, 'getDataset', 'listDatasets', 'listDatasetVersions');
      await navigate(`/datasets/${datasetId}`);
    },
  });
  if (dataset.isError)
    return (
      <LoadFailed error={dataset.error} what="dataset" listPath="/datasets" onRetry={() => void dataset.refetch()} />
    );
  if (!dataset.data) return <PageSkeleton />;
  const choose = (next: File) => {
    const guessed = formatOf(next.name);
    setFile(next);
    setFormat(guessed);
    read.mutate({ file: next, format: guessed, columns: [] });
  };
  const readAgain = (nextFormat: Format, columns: Columns) => {
    setFormat(nextFormat);
    if (file) read.mutate({ file, format: nextFormat, columns });
  };
  const at = (report: DatasetImport) => ({ dataset_id: datasetId, import_id: report.id });
  return (
    <>
      <PageHeader
        title="Import items"
        trail={[
          { label: 'Datasets', to: '/datasets' },
          { label: dataset.data.name, to: `/datasets/${datasetId}` },
        ]}
        description="Nothing changes before you have seen what the file would do."
      />
      <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'minmax(0, 1fr)' }}>
        <Panel title="File">
          <Box sx={{ display: 'grid', gap: 2, maxWidth: 560 }}>
            <FileChoice file={file} onChoose={choose} />
            {file && (
              <SelectInput
                label="Form of the file"
                value={format}
                options={FORMATS}
                onChange={(next) => readAgain(next, [])}
                disabled={read.isPending}
              />
            )}
          </Box>
        </Panel>
        {read.isPending && file && <Progress sentBytes={sentBytes} file={file} />}
        <ProblemAlert error={read.error} onRetry={() => readAgain(format, [])} />
        {read.data && (
          <ImportReport
            key={read.data.id}
            report={read.data}
            onPlace={(columns) => readAgain(format, columns)}
            onApply={(isPartial) => apply.mutate({ path: at(read.data), body: { is_partial: isPartial } })}
            isApplying={apply.isPending}
            error={apply.error}
          />
        )}
      </Box>
    </>
  );
}

function FileChoice({ file, onChoose }: { file: File | undefined; onChoose: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const take = (files: FileList | null) => {
    const [first] = files ?? [];
    if (first) onChoose(first);
  };
  return (
    <Box
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        take(event.dataTransfer.files);
      }}
      sx={{ border: 1, borderStyle: 'dashed', borderColor: 'divider', borderRadius: 2, p: 3, textAlign: 'center' }}
    >
      <input
        ref={input}
        type="file"
        hidden
        aria-label="File of items"
        accept=".csv,.tsv,.json,.jsonl,.ndjson"
        onChange={(event) => {
          take(event.target.files);
          // The same file again is a choice too: it may have been mended.
          event.target.value = '';
        }}
      />
      <Button
        variant={file ? 'outlined' : 'contained'}
        startIcon={<FileUp size={15} />}
        onClick={() => input.current?.click()}
      >
        {file ? 'Choose another file' : 'Choose a file'}
      </Button>
      <Typography variant="body2" color="textSecondary" sx={{ mt: 1, overflowWrap: 'anywhere' }}>
        {file ? file.name : 'CSV, JSONL or JSON, at most 100 MB. Or drop it here.'}
      </Typography>
    </Box>
  );
}

function Progress({ sentBytes, file }: { sentBytes: number; file: File }) {
  const percent = file.size === 0 ? 100 : Math.min(100, (sentBytes / file.size) * 100);
  return (
    <Panel title="Reading the file">
      <LinearProgress variant="determinate" value={percent} aria-label="Part of the file that is read" />
      <Typography variant="body2" color="textSecondary" className="tabular" sx={{ mt: 1 }}>
        {Math.round(percent)} %
      </Typography>
    </Panel>
  );
}
