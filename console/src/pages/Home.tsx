import { Box, Button, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { ArrowRight, Check } from 'lucide-react';
import { Link } from 'react-router';
import {
  getUsageOptions,
  listApiKeysOptions,
  listPipelinesOptions,
  listPromptsOptions,
  listRunsOptions,
  listUsageRecordsOptions,
} from '@/api/generated/@tanstack/react-query.gen';
import { useSession, type Permission } from '@/api/session';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { RecentRuns } from '@/pages/home/RecentRuns';

interface Task {
  title: string;
  hint: string;
  action: string;
  to: string;
  needs: Permission;
  /** undefined while it is not known. */
  isDone: boolean | undefined;
}

export default function Home() {
  const { user, can } = useSession();
  const tasks = useTasks().filter((task) => can(task.needs));
  const next = tasks.find((task) => task.isDone === false);
  const done = tasks.filter((task) => task.isDone).length;
  return (
    <>
      <PageHeader
        title={`Hello, ${user?.display_name.split(' ')[0] ?? 'there'}`}
        description={
          next ? 'This is what to do next.' : tasks.length > 0 ? 'All set up.' : 'What is going on in your workspace.'
        }
      />
      <Box sx={{ display: 'grid', gap: 2 }}>
        {tasks.length > 0 && (
          <Panel
            title="First steps"
            isFlush
            actions={
              <Typography variant="caption" color="textSecondary" className="tabular">
                {done} of {tasks.length}
              </Typography>
            }
          >
            <Box component="ol" sx={{ listStyle: 'none', m: 0, p: 0 }}>
              {tasks.map((task) => (
                <TaskRow key={task.title} task={task} isNext={task === next} />
              ))}
            </Box>
          </Panel>
        )}
        {can('runs.read') && <RecentRuns />}
      </Box>
    </>
  );
}

/** The first steps, each ticked by what is really there. */
function useTasks(): Task[] {
  const { can } = useSession();
  const one = { query: { page_size: 1 } } as const;
  const prompts = useQuery({ ...listPromptsOptions(one), enabled: can('prompts.read') });
  const pipelines = useQuery({ ...listPipelinesOptions(one), enabled: can('pipelines.read') });
  const runs = useQuery({ ...listRunsOptions(one), enabled: can('runs.read') });
  const keys = useQuery({ ...listApiKeysOptions(one), enabled: can('api_keys.read') });
  const usage = useQuery({ ...getUsageOptions({ query: { group_by: 'day' } }), enabled: can('billing.read') });
  const records = useQuery({ ...listUsageRecordsOptions({ query: { page_size: 50 } }), enabled: can('billing.read') });
  const [prompt] = prompts.data?.items ?? [];
  const [pipeline] = pipelines.data?.items ?? [];
  const hasRun = runs.data && runs.data.items.length > 0;
  return [
    {
      title: 'Try a prompt',
      hint: 'Pick one of the five that are ready, fill in its variables, and watch the answer stream.',
      action: 'Try it',
      to: prompt ? `/prompts/${prompt.id}?view=try` : '/prompts',
      needs: 'models.call',
      isDone: records.data?.items.some((record) => record.run_id === ''),
    },
    {
      title: 'Run a pipeline',
      hint: 'Summarise and translate in two steps, each live, with tokens and cost.',
      action: pipeline ? 'Open the pipeline' : 'Create from a template',
      to: pipeline ? `/pipelines/${pipeline.id}` : '/pipelines/new',
      needs: 'runs.start',
      isDone: hasRun,
    },
    {
      title: 'Make an API key',
      hint: 'Your programs fetch prompts and start runs with it; a test key costs nothing.',
      action: 'Make a key',
      to: '/api-keys',
      needs: 'api_keys.manage',
      isDone: keys.data && keys.data.items.length > 0,
    },
    {
      title: 'See what it used',
      hint: 'Tokens and cost by day, model and pipeline, exact to the nano-dollar.',
      action: 'Open usage',
      to: '/usage',
      needs: 'billing.read',
      isDone: usage.data && usage.data.total.calls > 0,
    },
  ];
}

function TaskRow({ task, isNext }: { task: Task; isNext: boolean }) {
  const { title, hint, action, to, isDone = false } = task;
  return (
    <Box
      component="li"
      sx={{
        display: 'flex',
        alignItems: 'center',
        gap: 2,
        px: 2,
        py: 1.5,
        borderBottom: 1,
        borderColor: 'divider',
        '&:last-of-type': { borderBottom: 0 },
        flexWrap: { xs: 'wrap', sm: 'nowrap' },
      }}
    >
      <Box
        role="img"
        aria-label={isDone ? 'Done' : 'To do'}
        sx={{
          width: 22,
          height: 22,
          flexShrink: 0,
          borderRadius: '50%',
          display: 'grid',
          placeItems: 'center',
          border: 1.5,
          borderColor: isDone ? 'success.main' : isNext ? 'primary.main' : 'divider',
          color: 'success.main',
        }}
      >
        {isDone && <Check size={13} strokeWidth={2.5} />}
      </Box>
      <Box sx={{ flex: '1 1 240px', minWidth: 0 }}>
        <Typography sx={{ fontWeight: 500, color: isDone ? 'text.secondary' : 'text.primary' }}>{title}</Typography>
        <Typography variant="body2" color="textSecondary">
          {hint}
        </Typography>
      </Box>
      <Button
        component={Link}
        to={to}
        {...(isNext && { variant: 'contained', color: 'primary' })}
        endIcon={isNext ? <ArrowRight size={14} /> : undefined}
      >
        {action}
      </Button>
    </Box>
  );
}
