import { Box, ButtonBase, IconButton } from '@mui/material';
import { useInfiniteQuery } from '@tanstack/react-query';
import { ChevronDown, ChevronRight, Folder, FolderOpen } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import type { PromptFolder } from '@/api/generated';
import { listPromptFoldersInfiniteOptions } from '@/api/generated/@tanstack/react-query.gen';
import { paging } from '@/components/PagedTable';

interface Props {
  chosen: string;
  onChoose: (path: string) => void;
}

/** Folders of prompts, opened level by level; nothing at all where no prompt is in one. */
export function FolderTree({ chosen, onChoose }: Props) {
  const top = useFolders('', true);
  const folders = top.data?.pages.flatMap((page) => page.items) ?? [];
  if (folders.length === 0) return null;
  return (
    <Box
      component="nav"
      aria-label="Folders"
      sx={{ minWidth: 0, maxHeight: { xs: 220, md: '70vh' }, overflowY: 'auto' }}
    >
      <Row isChosen={chosen === ''} onChoose={() => onChoose('')}>
        All prompts
      </Row>
      <Level query={top} chosen={chosen} onChoose={onChoose} />
    </Box>
  );
}

function useFolders(parent: string, enabled: boolean) {
  return useInfiniteQuery({
    ...listPromptFoldersInfiniteOptions({ query: { parent, page_size: 200 } }),
    ...paging,
    enabled,
  });
}

function Level({ query, chosen, onChoose }: Props & { query: ReturnType<typeof useFolders> }) {
  return (
    <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0 }}>
      {query.data?.pages
        .flatMap((page) => page.items)
        .map((folder) => (
          <Branch key={folder.path} folder={folder} chosen={chosen} onChoose={onChoose} />
        ))}
      {query.hasNextPage && (
        <li>
          <Row isChosen={false} onChoose={() => void query.fetchNextPage()}>
            More folders
          </Row>
        </li>
      )}
    </Box>
  );
}

function Branch({ folder, chosen, onChoose }: Props & { folder: PromptFolder }) {
  const { path, prompt_count, folder_count } = folder;
  const isAbove = chosen.startsWith(`${path}/`);
  const [isOpen, setOpen] = useState(isAbove);
  const below = useFolders(path, isOpen && folder_count > 0);
  const name = path.slice(path.lastIndexOf('/') + 1);
  const isChosen = chosen === path;
  const Icon = isChosen ? FolderOpen : Folder;
  return (
    <li>
      <Box sx={{ display: 'flex', alignItems: 'center' }}>
        {folder_count > 0 ? (
          <IconButton
            size="small"
            aria-label={`Folders in ${path}`}
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
            sx={{ width: 24, height: 24, p: 0 }}
          >
            {isOpen ? <ChevronDown size={14} /> : <ChevronRight size={14} />}
          </IconButton>
        ) : (
          <Box sx={{ width: 24, flex: 'none' }} />
        )}
        <Row isChosen={isChosen} onChoose={() => onChoose(isChosen ? '' : path)}>
          <Icon size={14} aria-hidden style={{ flex: 'none' }} />
          <Box component="span" sx={{ flex: 1, overflowWrap: 'anywhere' }}>
            {name}
          </Box>
          <Box component="span" className="tabular" sx={{ color: 'text.secondary', fontSize: 12.5 }}>
            {prompt_count}
          </Box>
        </Row>
      </Box>
      {isOpen && folder_count > 0 && (
        <Box sx={{ pl: 1.75 }}>
          <Level query={below} chosen={chosen} onChoose={onChoose} />
        </Box>
      )}
    </li>
  );
}

function Row({ isChosen, onChoose, children }: { isChosen: boolean; onChoose: () => void; children: ReactNode }) {
  return (
    <ButtonBase
      aria-pressed={isChosen}
      onClick={onChoose}
      sx={{
        width: '100%',
        justifyContent: 'flex-start',
        textAlign: 'left',
        gap: 0.75,
        px: 0.75,
        py: 0.5,
        minHeight: 30,
        borderRadius: 1,
        fontSize: 13.5,
        color: isChosen ? 'primary.main' : 'text.primary',
        fontWeight: isChosen ? 600 : 400,
        '&:hover': { bgcolor: 'action.hover' },
        '&.Mui-focusVisible': { outline: '2px solid var(--mui-palette-primary-main)', outlineOffset: -2 },
      }}
    >
      {children}
    </ButtonBase>
  );
}
