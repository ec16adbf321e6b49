import { Alert, Box, Button, Link } from '@mui/material';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Archive, ArchiveRestore } from 'lucide-react';
import { useForm } from 'react-hook-form';
import { Link as RouterLink } from 'react-router';
import type { DatasetItem, UpdateDatasetItem as Changes } from '@/api/generated';
import { updateDatasetItemMutation } from '@/api/generated/@tanstack/react-query.gen';
import { placeProblem } from '@/api/placeProblem';
import { invalidate } from '@/api/queryClient';
import { FormDialog } from '@/components/FormDialog';
import { ProblemAlert } from '@/components/ProblemAlert';
import { DatasetItemFields, toContent, toValues } from '@/forms/fields/DatasetItemFields';

interface Props {
  item: DatasetItem;
  /** Called with what the item has become, before anything is read again. */
  onChanged: (item: DatasetItem) => void;
  onClose: () => void;
}

/** Changes an item, archives it or brings it back; refused when somebody else has changed it meanwhile. */
export function UpdateDatasetItem({ item, onChanged, onClose }: Props) {
  const queryClient = useQueryClient();
  const form = useForm({ defaultValues: toValues(item) });
  const update = useMutation({
    ...updateDatasetItemMutation(),
    onSuccess: async (changed) => {
      onChanged(changed);
      await invalidate(queryClient, 'getDataset', 'listDatasets', 'listDatasetVersions');
      onClose();
    },
    onError: (error) => placeProblem(error, form),
  });
  const send = (body: Changes) =>
    update.mutate({
      path: { dataset_id: item.dataset_id, item_id: item.id },
      headers: { 'If-Match': `"${item.etag}"` },
      body,
    });
  const submit = form.handleSubmit((values) => send(toContent(values)));
  return (
    <FormDialog
      title={item.is_archived ? 'Archived item' : 'Edit item'}
      action="Save"
      maxWidth="md"
      isPending={update.isPending}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <ProblemAlert error={update.error} faults={[]} />
      {item.is_archived && <Alert severity="info">In no version since version {item.version}.</Alert>}
      <Box sx={{ fontSize: 13, color: 'text.secondary', overflowWrap: 'anywhere' }}>
        <code>{item.id}</code>, as it is since version {item.version}
        {item.source_run_id && (
          <>
            {' '}
            · from{' '}
            <Link component={RouterLink} to={`/runs/${encodeURIComponent(item.source_run_id)}`}>
              a run
            </Link>
            {item.source_step_id && `, step ${item.source_step_id}`}
          </>
        )}
      </Box>
      <DatasetItemFields control={form.control} />
      <Box>
        <Button
          startIcon={item.is_archived ? <ArchiveRestore size={14} /> : <Archive size={14} />}
          disabled={update.isPending}
          onClick={() => send({ is_archived: !item.is_archived })}
        >
          {item.is_archived ? 'Bring back' : 'Archive this item'}
        </Button>
      </Box>
    </FormDialog>
  );
}
