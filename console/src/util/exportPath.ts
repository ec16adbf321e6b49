/** Where a browser downloads an archive of prompts from: the one named, those whose names start so, or all. */
export function exportPath(query: { prompt?: string; name_prefix?: string }): string {
  return `/v1/prompts:export?${new URLSearchParams(query).toString()}`;
}
