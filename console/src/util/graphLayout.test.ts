import { describe, expect, it } from 'vitest';
import { readInputFields, readSteps } from '@/util/definition';
import { layoutSteps, NODE_HEIGHT, NODE_WIDTH } from '@/util/graphLayout';

const DEFINITION = {
  input: {
    properties: { topic: { type: 'string', maxLength: 50 }, tone: { enum: ['dry', 'warm'] } },
    required: ['topic'],
  },
  steps: [
    {
      id: 'draft',
      type: 'prompt',
      prompt: { name: 'creative-writing', label: 'production' },
      variables: { topic: '${input.topic}' },
    },
    {
      id: 'critique',
      type: 'prompt',
      prompt: { name: 'critic', version: 3 },
      variables: { text: '${steps.draft.output.text}' },
    },
    { id: 'good', type: 'condition', if: 'steps.critique.output.json.score >= 8', then: ['keep'], else: ['improve'] },
    { id: 'keep', type: 'transform', expression: 'steps.draft.output.text' },
    { id: 'improve', type: 'prompt', prompt: { name: 'editor' }, needs: ['critique'] },
  ],
};

describe('a definition', () => {
  it('gives each step what it waits for: references, needs and the condition that chooses it', () => {
    const needs = Object.fromEntries(readSteps(DEFINITION).map((step) => [step.id, step.needs]));
    expect(needs).toEqual({
      draft: [],
      critique: ['draft'],
      good: ['critique'],
      keep: ['draft', 'good'],
      improve: ['critique', 'good'],
    });
  });

  it('says in one line what a step does', () => {
    expect(readSteps(DEFINITION).map((step) => step.summary)).toEqual([
      'creative-writing @ production',
      'critic @ v3',
      'steps.critique.output.json.score >= 8',
      'steps.draft.output.text',
      'editor',
    ]);
  });

  it('reads its input fields for the form', () => {
    expect(readInputFields(DEFINITION)).toEqual([
      { name: 'topic', type: 'string', description: '', isRequired: true, maxLength: 50, options: [] },
      { name: 'tone', type: 'string', description: '', isRequired: false, options: ['dry', 'warm'] },
    ]);
  });

  it('is no definition at all: no steps, no error', () => {
    expect([readSteps(null), readSteps({ steps: 'x' }), readSteps([1])]).toEqual([[], [], []]);
  });
});

describe('the layout', () => {
  it('puts every step below all that it waits for, and no two over each other', () => {
    const steps = readSteps(DEFINITION);
    const { nodes } = layoutSteps(steps);
    const y = new Map(nodes.map((node) => [node.id, node.y]));
    for (const step of steps) {
      for (const need of step.needs) expect(y.get(step.id)).toBeGreaterThan((y.get(need) ?? 0) + NODE_HEIGHT);
    }
    for (const [index, a] of nodes.entries()) {
      for (const b of nodes.slice(index + 1)) {
        expect(Math.abs(a.x - b.x) >= NODE_WIDTH || Math.abs(a.y - b.y) >= NODE_HEIGHT).toBe(true);
      }
    }
  });

  it('names the branch on the edges of a condition', () => {
    const labels = layoutSteps(readSteps(DEFINITION)).edges.filter((edge) => edge.source === 'good');
    expect(labels.map((edge) => [edge.target, edge.label])).toEqual([
      ['keep', 'then'],
      ['improve', 'else'],
    ]);
  });

  it('leaves out edges that longer ways imply', () => {
    const { edges } = layoutSteps(readSteps(DEFINITION));
    expect(edges.map((edge) => edge.id)).toEqual(['draft→critique', 'critique→good', 'good→keep', 'good→improve']);
  });

  it('draws a cycle instead of failing', () => {
    const steps = readSteps({
      steps: [
        { id: 'a', needs: ['b'] },
        { id: 'b', needs: ['a'] },
      ],
    });
    expect(layoutSteps(steps).nodes).toHaveLength(2);
  });
});
