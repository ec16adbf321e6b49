import { Button, Chip } from '@mui/material';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Archive, Pencil, Play, Rocket, Settings2 } from 'lucide-react';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import type { Pipeline, PipelineVersion } from '@/api/generated';
import { unarchivePipelineMutation } from '@/api/generated/@tanstack/react-query.gen';
import { invalidate } from '@/api/queryClient';
import { useSession } from '@/api/session';
import { ArchivedNotice } from '@/components/ArchivedNotice';
import { PageHeader } from '@/components/PageHeader';
import { ArchivePipeline } from '@/forms/ArchivePipeline';
import { PublishPipelineVersion } from '@/forms/PublishPipelineVersion';
import { StartRun } from '@/forms/StartRun';
import { UpdatePipeline } from '@/forms/UpdatePipeline';

interface Props {
  pipeline: Pipeline;
  /** The version that is looked at, once it is loaded. */
  version: PipelineVersion | undefined;
  number: number;
}

/** Name, state and commands of a pipeline. */
export function PipelineHeader({ pipeline, version, number }: Props) {
  const { can } = useSession();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [dialog, setDialog] = useState<'details' | 'archive' | 'publish' | 'run'>();
  const close = () => setDialog(undefined);
  const unarchive = useMutation({
    ...unarchivePipelineMutation(),
    onSuccess: () => invalidate(queryClient, 'getPipeline', 'listPipelines'),
  });
  const isArchived = Boolean(pipeline.archive_time);
  const actions = !isArchived && (
    <>
      {can('pipelines.write') && (
        <>
          <Button startIcon={<Settings2 size={14} />} onClick={() => setDialog('details')}>
            Details
          </Button>
          <Button startIcon={<Archive size={14} />} onClick={() => setDialog('archive')}>
            Archive
          </Button>
          <Button
            component={Link}
            to={`/pipelines/${pipeline.id}/edit?from=${number}`}
            startIcon={<Pencil size={14} />}
          >
            Edit
          </Button>
        </>
      )}
      {can('pipelines.publish') && number !== pipeline.published_version && (
        <Button startIcon={<Rocket size={14} />} onClick={() => setDialog('publish')}>
          Publish v{number}
        </Button>
      )}
      {can('runs.start') && (
        <Button
          variant="contained"
          color="primary"
          startIcon={<Play size={14} />}
          disabled={!version}
          onClick={() => setDialog('run')}
        >
          Run v{number}
        </Button>
      )}
    </>
  );
  return (
    <>
      <PageHeader
        title={pipeline.name}
        trail={[{ label: 'Pipelines', to: '/pipelines' }]}
        badge={
          pipeline.published_version > 0 ? (
            <Chip color="success" label={`v${pipeline.published_version} published`} />
          ) : (
            <Chip label="not published" />
          )
        }
        description={pipeline.description}
        actions={actions}
      />
      {isArchived && (
        <ArchivedNotice
          onUnarchive={
            can('pipelines.write') ? () => unarchive.mutate({ path: { pipeline_id: pipeline.id } }) : undefined
          }
          isPending={unarchive.isPending}
          error={unarchive.error}
        >
          Archived: new versions and runs are refused.
        </ArchivedNotice>
      )}
      {dialog === 'details' && <UpdatePipeline pipeline={pipeline} onClose={close} />}
      {dialog === 'archive' && <ArchivePipeline pipeline={pipeline} onClose={close} />}
      {dialog === 'publish' && <PublishPipelineVersion pipeline={pipeline} number={number} onClose={close} />}
      {dialog === 'run' && version && (
        <StartRun
          pipeline={pipeline}
          version={version}
          onClose={close}
          onDone={(runId) => void navigate(`/runs/${runId}`)}
        />
      )}
    </>
  );
}
