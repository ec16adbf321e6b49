import { Box, ButtonBase, Skeleton } from '@mui/material';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { DatasetItem } from '@/api/generated';
import { oneLine } from '@/util/datasetValues';

interface Props {
  items: readonly DatasetItem[];
  /** Of all items, those that are not loaded yet included. */
  count: number;
  hasMore: boolean;
  onMore: () => void;
  onOpen: (item: DatasetItem) => void;
}

const ROW = 42;
const SPARE_ROWS = 10;
const COLUMNS = { xs: '52px minmax(0, 3fr) minmax(0, 2fr)', md: '72px minmax(0, 3fr) minmax(0, 2fr) minmax(0, 1.4fr)' };
const HEADERS = ['Item', 'Input', 'Expected', 'Metadata'];

/** Items as rows, of which only those in sight are drawn: ten thousand take no longer than fifty. */
export function ItemGrid({ items, count, hasMore, onMore, onOpen }: Props) {
  const table = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(0);
  useEffect(() => {
    if (table.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setHeight(entry?.contentRect.height ?? 0));
    observer.observe(table.current);
    return () => observer.disconnect();
  }, []);
  const first = Math.max(0, Math.floor(top / ROW) - SPARE_ROWS);
  const last = Math.min(count, Math.ceil((top + height) / ROW) + SPARE_ROWS);
  const more = useEffectEvent(onMore);
  const isShort = hasMore && last >= items.length;
  useEffect(() => {
    if (isShort) more();
  }, [isShort, items.length]);
  return (
    <Box
      ref={table}
      role="table"
      aria-label="Items"
      aria-rowcount={count + 1}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      sx={{ height: `${Math.min(count + 1, 15) * ROW + 2}px`, maxHeight: '68vh', overflowY: 'auto', fontSize: 13 }}
    >
      <Row index={1} isHeader>
        {HEADERS.map((header) => (
          <Cell key={header} role="columnheader" isDetail={header === 'Metadata'}>
            {header}
          </Cell>
        ))}
      </Row>
      <Box role="rowgroup" sx={{ position: 'relative' }} style={{ height: count * ROW }}>
        {Array.from({ length: Math.max(0, last - first) }, (_, place) => {
          const index = first + place;
          const item = items[index];
          return (
            <Row key={item?.id ?? index} index={index + 2} top={index * ROW}>
              {item ? <ItemCells item={item} number={index + 1} onOpen={onOpen} /> : <EmptyCells />}
            </Row>
          );
        })}
      </Box>
    </Box>
  );
}

function ItemCells({
  item,
  number,
  onOpen,
}: {
  item: DatasetItem;
  number: number;
  onOpen: (item: DatasetItem) => void;
}) {
  return (
    <>
      <Cell>
        <ButtonBase
          onClick={() => onOpen(item)}
          aria-label={`Open item ${number}`}
          className="tabular"
          sx={{
            fontSize: 13,
            color: 'text.secondary',
            '&::after': { content: '""', position: 'absolute', inset: 0 },
            '&:focus-visible::after': { outline: '2px solid var(--mui-palette-primary-main)', outlineOffset: -2 },
          }}
        >
          {number}
        </ButtonBase>
      </Cell>
      <Cell>{oneLine(item.input)}</Cell>
      <Cell>{oneLine(item.expected)}</Cell>
      <Cell isDetail>{oneLine(item.metadata)}</Cell>
    </>
  );
}

function EmptyCells() {
  return HEADERS.map((header) => (
    <Cell key={header} isDetail={header === 'Metadata'}>
      <Skeleton width="70%" />
    </Cell>
  ));
}

interface RowProps {
  index: number;
  /** Pixels from the first row; the header stands by itself. */
  top?: number;
  isHeader?: boolean;
  children: React.ReactNode;
}

function Row({ index, top = 0, isHeader = false, children }: RowProps) {
  return (
    <Box
      role="row"
      aria-rowindex={index}
      style={isHeader ? undefined : { transform: `translateY(${top}px)` }}
      sx={{
        display: 'grid',
        gridTemplateColumns: COLUMNS,
        alignItems: 'center',
        height: ROW,
        columnGap: 2,
        px: 2,
        borderBottom: 1,
        borderColor: 'divider',
        ...(isHeader
          ? {
              position: 'sticky',
              top: 0,
              zIndex: 1,
              bgcolor: 'background.paper',
              color: 'text.secondary',
              fontWeight: 500,
            }
          : { position: 'absolute', left: 0, right: 0, '&:hover': { bgcolor: 'action.hover' } }),
      }}
    >
      {children}
    </Box>
  );
}

function Cell({
  role = 'cell',
  isDetail = false,
  children,
}: {
  role?: 'cell' | 'columnheader';
  isDetail?: boolean;
  children: React.ReactNode;
}) {
  return (
    <Box
      role={role}
      sx={{
        minWidth: 0,
        whiteSpace: 'nowrap',
        overflow: 'hidden',
        textOverflow: 'ellipsis',
        ...(isDetail && { display: { xs: 'none', md: 'block' } }),
      }}
    >
      {children}
    </Box>
  );
}
