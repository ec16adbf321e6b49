import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import { Route, Routes } from 'react-router';
import Shell from '@/components/Shell';

type Page = LazyExoticComponent<ComponentType>;

const NotFound = lazy(() => import('@/pages/NotFound'));

/** Each page's code is loaded when it is first opened. */
const PAGES: readonly [path: string, page: Page][] = [
  ['/', lazy(() => import('@/pages/Home'))],
  ['/prompts', lazy(() => import('@/pages/prompts/Prompts'))],
  ['/prompts/new', lazy(() => import('@/pages/prompts/NewPrompt'))],
  ['/prompts/library', lazy(() => import('@/pages/prompts/Library'))],
  ['/prompts/library/:templateName', lazy(() => import('@/pages/prompts/LibraryTemplate'))],
  ['/prompts/transfer', lazy(() => import('@/pages/prompts/transfer/Transfer'))],
  ['/prompts/:promptId', lazy(() => import('@/pages/prompts/PromptPage'))],
  ['/prompts/:promptId/edit', lazy(() => import('@/pages/prompts/EditPrompt'))],
  ['/prompts/:promptId/merge', lazy(() => import('@/pages/prompts/MergePrompt'))],
  ['/prompts/:promptId/compare', lazy(() => import('@/pages/prompts/ComparePromptVersions'))],
  ['/datasets', lazy(() => import('@/pages/datasets/Datasets'))],
  ['/datasets/:datasetId', lazy(() => import('@/pages/datasets/DatasetPage'))],
  ['/datasets/:datasetId/import', lazy(() => import('@/pages/datasets/ImportDataset'))],
  ['/prompts/:promptId/playground', lazy(() => import('@/pages/prompts/Playground'))],
  ['/pipelines', lazy(() => import('@/pages/pipelines/Pipelines'))],
  ['/pipelines/new', lazy(() => import('@/pages/pipelines/NewPipeline'))],
  ['/pipelines/:pipelineId', lazy(() => import('@/pages/pipelines/PipelinePage'))],
  ['/pipelines/:pipelineId/edit', lazy(() => import('@/pages/pipelines/EditPipeline'))],
  ['/runs', lazy(() => import('@/pages/runs/Runs'))],
  ['/runs/:runId', lazy(() => import('@/pages/runs/RunPage'))],
  ['/providers', lazy(() => import('@/pages/Providers'))],
  ['/usage', lazy(() => import('@/pages/usage/Usage'))],
  ['/label-policies', lazy(() => import('@/pages/LabelPolicies'))],
  ['/api-keys', lazy(() => import('@/pages/ApiKeys'))],
];

/** All addresses behind the log-in. Filters live in the query, so that a link shows what its sender saw. */
export default function Inside() {
  return (
    <Routes>
      <Route element={<Shell />}>
        {PAGES.map(([path, Page]) => (
          <Route key={path} path={path} element={<Page />} />
        ))}
        <Route path="*" element={<NotFound />} />
      </Route>
    </Routes>
  );
}
