import { useSearchParams } from 'react-router';

/** A filter that lives in the address: links and the back button keep it. An empty value leaves the address. */
export function useSearchState(name: string, fallback = ''): [string, (value: string) => void] {
  const [search, setSearch] = useSearchParams();
  const set = (value: string) => {
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        if (value === fallback) after.delete(name);
        else after.set(name, value);
        return after;
      },
      { replace: true },
    );
  };
  return [search.get(name) ?? fallback, set];
}
