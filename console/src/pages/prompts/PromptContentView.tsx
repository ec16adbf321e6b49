import { Box, Typography } from '@mui/material';
import type { PromptVersion, Variable } from '@/api/generated';
import { CopyButton } from '@/components/CopyButton';
import { DataTable, type Column } from '@/components/DataTable';
import { Panel } from '@/components/Panel';
import { TemplateText } from '@/components/TemplateText';
import { toText } from '@/forms/promptValues';
import { capital } from '@/util/words';

const columns: Column<Variable>[] = [
  { header: 'Variable', cell: (variable) => <code>{variable.name}</code> },
  { header: 'Type', cell: (variable) => variable.type },
  {
    header: 'Default',
    cell: (variable) =>
      variable.default === null || variable.default === undefined ? (
        <Typography variant="body2" color="textSecondary">
          required
        </Typography>
      ) : (
        // A default may be a whole JSON document: it never makes the table wider than the page.
        <Box component="code" sx={{ overflowWrap: 'anywhere' }}>
          {toText(variable.default) || '""'}
        </Box>
      ),
  },
  { header: 'Allowed', isDetail: true, cell: (variable) => variable.enum.map(toText).join(', ') || 'any' },
  { header: 'What it is for', isDetail: true, cell: (variable) => variable.description },
];

/** What one version, or a template, holds. */
export function PromptContentView({ version }: { version: Pick<PromptVersion, 'content'> }) {
  const { content } = version;
  const messages = content.type === 'text' ? [{ role: '', content: content.text }] : content.messages;
  const parameters = Object.entries(content.parameters ?? {});
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      {messages.map((message, index) => (
        <Panel
          key={index}
          title={message.role ? capital(message.role) : 'Text'}
          actions={<CopyButton text={message.content} label="Copy the text" />}
        >
          {message.role === 'placeholder' ? (
            <Typography variant="body2">
              The messages of <code>{message.content}</code> stand here.
            </Typography>
          ) : (
            <TemplateText text={message.content} />
          )}
        </Panel>
      ))}
      {content.variables.length > 0 && (
        <Panel title="Variables" isFlush>
          <DataTable
            label="Variables"
            columns={columns}
            rows={content.variables}
            rowKey={(variable) => variable.name}
          />
        </Panel>
      )}
      <Panel title="Model">
        <Box
          component="dl"
          sx={{
            m: 0,
            display: 'grid',
            gridTemplateColumns: 'auto 1fr',
            columnGap: 3,
            rowGap: 0.75,
            fontSize: 13.5,
            '& dt': { color: 'text.secondary' },
            '& dd': { m: 0 },
          }}
        >
          <dt>Model</dt>
          <dd>{content.model || 'the caller chooses'}</dd>
          {parameters.map(([name, value]) => (
            <Box key={name} sx={{ display: 'contents' }}>
              <dt>{name}</dt>
              <dd className="tabular">{toText(value)}</dd>
            </Box>
          ))}
        </Box>
      </Panel>
    </Box>
  );
}
