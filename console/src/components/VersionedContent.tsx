import { Box, Tab, Tabs } from '@mui/material';
import { useState, type ComponentProps, type ReactNode } from 'react';
import { VersionList } from '@/components/VersionList';

interface View {
  value: string;
  label: string;
}

interface LabelForms {
  /** Points a label at a version; an empty label asks for a new one. */
  set: (target: { label: string; version: number }, onClose: () => void) => ReactNode;
  remove: (label: string, onClose: () => void) => ReactNode;
}

interface Props extends Pick<
  ComponentProps<typeof VersionList>,
  'query' | 'labels' | 'chosen' | 'onChoose' | 'comparePath'
> {
  /** Stands above the list: what chooses between lists. */
  above?: ReactNode;
  views: readonly View[];
  view: string;
  onView: (view: string) => void;
  /** Dialogs that move labels; absent where the role may not. */
  labelForms: LabelForms | undefined;
  /** The view of the chosen version. */
  children: ReactNode;
}

/** What has numbered versions with labels: the list of them, and views of the chosen one. */
export function VersionedContent({ above, views, view, onView, labelForms, children, ...list }: Props) {
  const [labelling, setLabelling] = useState<{ label: string; version: number }>();
  const [unlabelling, setUnlabelling] = useState<string>();
  return (
    <>
      <Box sx={{ display: 'grid', gap: 2.5, gridTemplateColumns: { md: '264px minmax(0, 1fr)' }, alignItems: 'start' }}>
        <Box sx={{ display: 'grid', gap: 2, minWidth: 0 }}>
          {above}
          <VersionList
            {...list}
            {...(labelForms && {
              onSetLabel: (label: string, version: number) => setLabelling({ label, version }),
              onRemoveLabel: setUnlabelling,
            })}
          />
        </Box>
        <Box sx={{ minWidth: 0 }}>
          <Tabs
            value={view}
            onChange={(_, next: string) => onView(next)}
            aria-label="Views of the version"
            sx={{ mb: 2 }}
          >
            {views.map((one) => (
              <Tab key={one.value} {...one} />
            ))}
          </Tabs>
          {children}
        </Box>
      </Box>
      {labelling && labelForms?.set(labelling, () => setLabelling(undefined))}
      {unlabelling && labelForms?.remove(unlabelling, () => setUnlabelling(undefined))}
    </>
  );
}
