import { render, screen } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { describe, expect, it } from 'vitest';
import type { CallCost, ModelCallResult } from '@/api/modelCall';
import { CallFigures } from '@/components/CallFigures';

function figuresOf(cost: CallCost | null, changes: Partial<ModelCallResult> = {}): string {
  const result: ModelCallResult = {
    call_id: 'cal_1',
    text: 'x',
    tool_calls: [],
    model: 'gpt-4o-mini',
    finish_reason: 'stop',
    usage: { input_tokens: 1200, output_tokens: 34 },
    is_usage_estimated: false,
    cost,
    duration_ms: 900,
    first_token_ms: 90,
    ...changes,
  };
  const { unmount } = render(<CallFigures result={result} />, { wrapper: MemoryRouter });
  const text = screen.getByRole('list', { name: 'Figures' }).textContent;
  unmount();
  return text;
}

describe('the figures of an answer', () => {
  it('show an exact cost where the price is known', () => {
    const text = figuresOf({ cost_nano_usd: 200_400, price_source: 'catalogue' });
    expect(text).toContain('$0.0002004');
    expect(text).toContain('1,200 in · 34 out');
    expect(text).not.toContain('unknown');
  });

  it('say that test mode is free, and that a cost is unknown, with what is booked', () => {
    expect(figuresOf({ cost_nano_usd: 0, price_source: 'simulator' })).toContain('free: test mode');
    const unknown = figuresOf({ cost_nano_usd: 1_000_000, price_source: 'fallback' });
    expect(unknown).toContain('cost unknown, booked as $0.001');
    expect(figuresOf(null)).toContain('cost not known yet');
  });

  it('say what is out of the ordinary: tokens counted here, an answer cut at its limit', () => {
    const text = figuresOf(null, { is_usage_estimated: true, finish_reason: 'length' });
    expect(text).toContain('(counted here)');
    expect(text).toContain('ended by length');
    expect(figuresOf(null, { finish_reason: 'tool_calls' })).not.toContain('ended by');
  });
});
