import {
  appendDatasetImport,
  createDatasetImport,
  type CreateDatasetImport,
  type DatasetImport,
} from '@/api/generated';

const PART_BYTES = 1_000_000;

/** Sends a file part by part and returns what importing it would change. Nothing is imported by it. */
export async function uploadDataset(
  datasetId: string,
  file: File,
  how: Pick<CreateDatasetImport, 'format' | 'columns'>,
  onProgress: (sentBytes: number) => void,
): Promise<DatasetImport> {
  const { format, columns = [] } = how;
  const body = { format, columns, file_name: file.name.slice(-200), file_bytes: file.size };
  const path = { dataset_id: datasetId };
  let { data: report } = await createDatasetImport({ path, body, throwOnError: true });
  const at = { ...path, import_id: report.id };
  let isLast = false;
  for (let offset = 0; !isLast; offset += PART_BYTES) {
    isLast = offset + PART_BYTES >= file.size;
    const part = file.slice(offset, offset + PART_BYTES);
    const query = { offset, is_last: isLast };
    const headers = { 'Content-Type': 'application/octet-stream' };
    ({ data: report } = await appendDatasetImport({ path: at, query, body: part, headers, throwOnError: true }));
    onProgress(report.received_bytes);
  }
  return report;
}

/** What a file's name says of its form. */
export function formatOf(fileName: string): CreateDatasetImport['format'] {
  const ending = fileName.toLowerCase().split('.').at(-1);
  if (ending === 'json') return 'json';
  return ending === 'jsonl' || ending === 'ndjson' ? 'jsonl' : 'csv';
}
