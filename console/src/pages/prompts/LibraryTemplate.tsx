import { Alert, Box, Button, Chip, Link, Tab, Tabs } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Copy } from 'lucide-react';
import { useState } from 'react';
import { Link as RouterLink, useNavigate, useParams } from 'react-router';
import { getPromptTemplateOptions } from '@/api/generated/@tanstack/react-query.gen';
import { useSession } from '@/api/session';
import { LoadFailed } from '@/components/LoadFailed';
import { PageHeader } from '@/components/PageHeader';
import { PageSkeleton } from '@/components/Skeletons';
import { CopyPromptTemplate } from '@/forms/CopyPromptTemplate';
import { PromptContentView } from '@/pages/prompts/PromptContentView';
import { TemplateExamples } from '@/pages/prompts/TemplateExamples';
import { capital } from '@/util/words';
import { useSearchState } from '@/util/useSearchState';

/** One template of the library: what it says, what it becomes with examples, and how to make it one's own. */
export default function LibraryTemplate() {
  const { templateName = '' } = useParams();
  const { can } = useSession();
  const navigate = useNavigate();
  const [view, setView] = useSearchState('view', 'content');
  const [isCopying, setCopying] = useState(false);
  const read = useQuery({
    ...getPromptTemplateOptions({ path: { template_name: templateName } }),
    staleTime: Infinity, // changes only with the platform
  });
  if (read.isError)
    return (
      <LoadFailed error={read.error} what="template" listPath="/prompts/library" onRetry={() => void read.refetch()} />
    );
  if (!read.data) return <PageSkeleton />;
  const { template, content, examples } = read.data;
  const use = can('prompts.write') && (
    <Button variant="contained" color="primary" startIcon={<Copy size={14} />} onClick={() => setCopying(true)}>
      Use this template
    </Button>
  );
  return (
    <>
      <PageHeader
        title={template.title}
        trail={[
          { label: 'Prompts', to: '/prompts' },
          { label: 'Library', to: '/prompts/library' },
        ]}
        badge={
          <Chip
            label={capital(template.category)}
            component={RouterLink}
            to={`/prompts/library?category=${encodeURIComponent(template.category)}`}
            clickable
          />
        }
        description={template.description}
        actions={use}
      />
      {template.is_default && (
        <Alert severity="info" sx={{ mb: 2 }}>
          Every new workspace starts with{' '}
          <Link component={RouterLink} to={`/prompts?query=${encodeURIComponent(template.name)}`}>
            a prompt made from it
          </Link>
          . Copy it to have another.
        </Alert>
      )}
      <Tabs
        value={view}
        onChange={(_, next: string) => setView(next)}
        aria-label="Views of the template"
        sx={{ mb: 2 }}
      >
        <Tab value="content" label="Template" />
        <Tab value="examples" label="Examples" />
      </Tabs>
      <Box sx={{ minWidth: 0 }}>
        {view === 'content' && <PromptContentView version={{ content }} />}
        {view === 'examples' && <TemplateExamples examples={examples} />}
      </Box>
      {isCopying && (
        <CopyPromptTemplate
          template={template}
          onDone={(promptId) => void navigate(`/prompts/${promptId}`)}
          onClose={() => setCopying(false)}
        />
      )}
    </>
  );
}
