import { keepPreviousData, useInfiniteQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { DatasetItem, DatasetItemPage } from '@/api/generated';
import {
  listDatasetItemsInfiniteOptions,
  listDatasetItemsInfiniteQueryKey,
} from '@/api/generated/@tanstack/react-query.gen';
import { paging } from '@/components/PagedTable';

const PAGE_SIZE = 200;

interface Wanted {
  datasetId: string;
  /** Number of a version; 0 for archived items, which are in none. */
  version: number;
  query: string;
  isArchived: boolean;
}

/** Items of a version, a page at a time. A version never changes, so what was read of it is kept. */
export function useDatasetItems({ datasetId, version, query, isArchived }: Wanted) {
  const queryClient = useQueryClient();
  const of = (number: number) => ({
    path: { dataset_id: datasetId },
    query: { version: isArchived ? 0 : number, query, is_archived: isArchived, page_size: PAGE_SIZE },
  });
  const pages = useInfiniteQuery({
    ...listDatasetItemsInfiniteOptions(of(version)),
    ...paging,
    enabled: version > 0,
    staleTime: isArchived ? 0 : Infinity,
    placeholderData: keepPreviousData,
  });
  const items = useMemo(() => pages.data?.pages.flatMap((page) => page.items) ?? [], [pages.data]);

  /** Makes the version that a change of one item led to out of this one, instead of reading all of it again. */
  const carryOver = (changed: DatasetItem) => {
    if (isArchived || changed.version !== version + 1) return;
    const next = (page: DatasetItemPage): DatasetItemPage => ({
      ...page,
      items: page.items
        .filter((item) => item.id !== changed.id || !changed.is_archived)
        .map((item) => (item.id === changed.id ? changed : item)),
    });
    const known = queryClient.getQueryData<InfiniteData<DatasetItemPage>>(
      listDatasetItemsInfiniteQueryKey(of(version)),
    );
    if (known === undefined) return;
    queryClient.setQueryData(listDatasetItemsInfiniteQueryKey(of(changed.version)), {
      ...known,
      pages: known.pages.map(next),
    });
  };
  return { pages, items, carryOver };
}
