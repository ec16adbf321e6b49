import { Box, Button, ButtonBase, IconButton, Typography } from '@mui/material';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { GitCompare, Tag, X } from 'lucide-react';
import { Link } from 'react-router';
import type { LabelProtection } from '@/api/generated';
import { Ago } from '@/components/Figures';
import { LabelLock } from '@/components/LabelLock';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { RowsSkeleton } from '@/components/Skeletons';

interface Version {
  number: number;
  note: string;
  create_time: string;
  /** Of a prompt's version only. */
  branch?: string;
  parents?: readonly number[];
}

interface Label {
  label: string;
  version: number;
  protection?: LabelProtection | null;
}

interface Props {
  query: UseInfiniteQueryResult<InfiniteData<{ items: Version[] }>, unknown>;
  labels: readonly Label[];
  chosen: number;
  onChoose: (version: number) => void;
  /** The page that compares any two of them; absent: there is none. */
  comparePath?: string;
  /** Absent: the role may not move labels. An empty label asks for a new one. */
  onSetLabel?: (label: string, version: number) => void;
  onRemoveLabel?: (label: string) => void;
}

/** Versions of a prompt or pipeline, newest first, with the labels that point at them. */
export function VersionList({ query, labels, chosen, onChoose, comparePath, onSetLabel, onRemoveLabel }: Props) {
  const versions = query.data?.pages.flatMap((page) => page.items) ?? [];
  const before = versions.find(({ number }) => number < chosen)?.number ?? Math.max(1, chosen - 1);
  return (
    <Panel
      title="Versions"
      isFlush
      actions={
        <>
          {comparePath !== undefined && (
            <Button
              component={Link}
              to={`${comparePath}?from=${before}&to=${chosen}`}
              variant="text"
              startIcon={<GitCompare size={13} />}
              sx={{ minHeight: 28 }}
            >
              Compare
            </Button>
          )}
          {onSetLabel && (
            <Button
              variant="text"
              startIcon={<Tag size={13} />}
              onClick={() => onSetLabel('', chosen)}
              sx={{ minHeight: 28 }}
            >
              Label
            </Button>
          )}
        </>
      }
    >
      {query.isPending && <RowsSkeleton rows={3} />}
      <ProblemAlert error={query.error} />
      <Box
        component="ol"
        reversed
        sx={{ listStyle: 'none', m: 0, p: 0.75, maxHeight: { xs: 220, md: 'calc(100dvh - 260px)' }, overflow: 'auto' }}
      >
        {versions.map((version) => (
          <li key={version.number}>
            <Row version={version} isChosen={version.number === chosen} onChoose={onChoose} />
            <Labels
              labels={labels.filter((one) => one.version === version.number)}
              onSetLabel={onSetLabel}
              onRemoveLabel={onRemoveLabel}
            />
          </li>
        ))}
      </Box>
      {query.hasNextPage && (
        <Button variant="text" fullWidth loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more
        </Button>
      )}
    </Panel>
  );
}

function Row({
  version,
  isChosen,
  onChoose,
}: {
  version: Version;
  isChosen: boolean;
  onChoose: (number: number) => void;
}) {
  return (
    <ButtonBase
      onClick={() => onChoose(version.number)}
      aria-current={isChosen || undefined}
      sx={{
        width: 1,
        display: 'block',
        textAlign: 'left',
        px: 1.25,
        py: 0.75,
        borderRadius: 1,
        fontSize: 13.5,
        bgcolor: isChosen ? 'subtle' : 'transparent',
        '&:hover': { bgcolor: 'subtle' },
      }}
    >
      <Box sx={{ display: 'flex', justifyContent: 'space-between', gap: 1 }}>
        <Box component="span" className="tabular" sx={{ fontWeight: isChosen ? 600 : 500 }}>
          Version {version.number}
        </Box>
        <Typography variant="caption" color="textSecondary">
          <Ago time={version.create_time} />
        </Typography>
      </Box>
      {version.branch && (
        <Typography variant="caption" color="textSecondary" component="div" sx={{ overflowWrap: 'anywhere' }}>
          {[version.branch, lineage(version.parents ?? [])].filter(Boolean).join(' · ')}
        </Typography>
      )}
      {version.note && (
        <Typography variant="caption" color="textSecondary" component="div" sx={{ overflowWrap: 'anywhere' }}>
          {version.note}
        </Typography>
      )}
    </ButtonBase>
  );
}

/** Where a version came from, short: a merge names both. */
function lineage([head, merged]: readonly number[]): string {
  if (head === undefined) return '';
  return merged === undefined ? `from v${head}` : `v${head} merged with v${merged}`;
}

type LabelsProps = { labels: readonly Label[] } & {
  onSetLabel: Props['onSetLabel'];
  onRemoveLabel: Props['onRemoveLabel'];
};

function Labels({ labels, onSetLabel, onRemoveLabel }: LabelsProps) {
  if (labels.length === 0) return null;
  return (
    <Box sx={{ display: 'flex', gap: 0.5, flexWrap: 'wrap', px: 1.25, pt: 0.5, pb: 0.75 }}>
      {labels.map(({ label, version, protection }) => {
        const isFixed = label === 'latest' || !onSetLabel || protection?.may_move === false;
        return (
          <Box
            key={label}
            sx={{
              display: 'inline-flex',
              alignItems: 'center',
              border: 1,
              borderColor: 'divider',
              borderRadius: 1,
              fontSize: 12,
              height: 24,
              color: label === 'production' ? 'success.main' : 'text.secondary',
            }}
          >
            {isFixed ? (
              <Box sx={{ px: 0.75, display: 'flex', gap: 0.5, alignItems: 'center' }}>
                {label}
                <LabelLock protection={protection} size={11} />
              </Box>
            ) : (
              <>
                <ButtonBase
                  aria-label={`Move ${label}`}
                  title="Move"
                  onClick={() => onSetLabel(label, version)}
                  sx={{ px: 0.75, height: 1, font: 'inherit', fontWeight: 500 }}
                >
                  {label}
                </ButtonBase>
                <LabelLock protection={protection} size={11} />
                <IconButton
                  aria-label={`Remove ${label}`}
                  title="Remove"
                  onClick={() => onRemoveLabel?.(label)}
                  sx={{ p: 0.5, minWidth: 24 }}
                >
                  <X size={11} />
                </IconButton>
              </>
            )}
          </Box>
        );
      })}
    </Box>
  );
}
