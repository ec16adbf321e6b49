// The Langfuse SDK for JavaScript, told by lines of JSON what to do.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

// It is among the console's tools: this file has no packages of its own.
const require = createRequire(new URL('../../../console/package.json', import.meta.url));
const { LangfuseClient } = require('@langfuse/client');

const client = new LangfuseClient();

const promptOf = (prompt) => ({
  name: prompt.name,
  version: prompt.version,
  prompt: prompt.prompt,
  config: prompt.config,
  labels: prompt.labels,
  tags: prompt.tags,
  commit: prompt.commitMessage ?? null,
});

const fetchPrompt = ({ name, ttl, ...asked }) =>
  client.prompt.get(name, {
    label: asked.label,
    version: asked.version,
    type: asked.type ?? 'text',
    cacheTtlSeconds: ttl,
    maxRetries: 0,
  });

const ACTIONS = {
  health: async () => (await client.api.health.health()).status,
  projects: async () => (await client.api.projects.get()).data.map((project) => project.id),
  check: async () => (await client.api.projects.get()).data.length > 0,
  create: async ({ commit, ...asked }) =>
    promptOf(await client.prompt.create({ type: 'text', ...asked, commitMessage: commit })),
  get: async (asked) => promptOf(await fetchPrompt(asked)),
  compile: async ({ values, ...asked }) => {
    const prompt = await fetchPrompt(asked);
    // The SDK for Python takes placeholders among the values, this one apart from them.
    const placeholders = Object.entries(values).filter(([, value]) => Array.isArray(value));
    return prompt.compile(values, Object.fromEntries(placeholders));
  },
  update: async ({ name, version, labels }) => {
    const updated = await client.prompt.update({ name, version, newLabels: labels });
    return { version: updated.version, labels: updated.labels };
  },
  list: async (asked) => {
    const listed = await client.api.prompts.list(asked);
    return {
      total: listed.meta.totalItems,
      prompts: listed.data.map((one) => ({
        name: one.name,
        type: one.type,
        versions: one.versions,
        labels: one.labels,
        tags: one.tags,
        config: one.lastConfig,
        year: new Date(one.lastUpdatedAt).getUTCFullYear(),
      })),
    };
  },
  delete: async ({ name }) => client.prompt.delete(name),
  datasets: async () => client.api.datasets.list({}, { maxRetries: 0 }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { do: action, ...asked } = JSON.parse(line);
  let answer;
  try {
    answer = { ok: (await ACTIONS[action](asked)) ?? null };
  } catch (error) {
    if (error.statusCode === undefined) throw error;
    answer = { error: { status: error.statusCode, body: error.body } };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
