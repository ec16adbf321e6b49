import { Box, Skeleton } from '@mui/material';

/** Stands for rows of a table or list while they load. */
export function RowsSkeleton({ rows = 6 }: { rows?: number }) {
  return (
    <Box role="status" aria-label="Loading" sx={{ p: 2, display: 'grid', gap: 1.75 }}>
      {Array.from({ length: rows }, (_, row) => (
        <Box key={row} sx={{ display: 'flex', gap: 3 }}>
          <Skeleton width={`${34 - (row % 3) * 6}%`} height={20} />
          <Skeleton width="18%" height={20} sx={{ ml: 'auto' }} />
          <Skeleton width="10%" height={20} />
        </Box>
      ))}
    </Box>
  );
}

/** Stands for a whole page while its code or its first data load. */
export function PageSkeleton() {
  return (
    <Box role="status" aria-label="Loading" sx={{ display: 'grid', gap: 2 }}>
      <Skeleton width={220} height={32} />
      <Skeleton width="55%" height={20} />
      <Skeleton variant="rounded" height={260} sx={{ mt: 1 }} />
    </Box>
  );
}
