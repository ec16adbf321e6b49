import { describe, expect, it } from 'vitest';
import { formatCount, formatMoney, formatMoneyRounded } from '@/util/money';

describe('formatMoney', () => {
  it.each([
    [0, '$0.00'],
    [1, '$0.000000001'],
    [412_000, '$0.000412'],
    [10_000_000, '$0.01'],
    [12_300_000_000, '$12.30'],
    [1_234_567_890_123_456, '$1,234,567.890123456'],
    [-1_500_000_000, '-$1.50'],
  ])('shows %d nano-dollars as %s', (nano, shown) => {
    expect(formatMoney(nano)).toBe(shown);
  });

  it('keeps every digit of a sum that a double cannot hold', () => {
    expect(formatMoney(9_007_199_254_740_993_000_000_001n)).toBe('$9,007,199,254,740,993.000000001');
  });

  it('refuses a fraction of a nano-dollar instead of rounding it', () => {
    expect(() => formatMoney(0.5)).toThrow(RangeError);
  });
});

describe('formatMoneyRounded', () => {
  it.each([
    [0, '$0.00'],
    [4_000_000, '<$0.01'],
    [15_000_000, '$0.02'],
    [14_999_999, '$0.01'],
    [1_999_999_999_999, '$2,000.00'],
  ])('shows %d nano-dollars as %s', (nano, shown) => {
    expect(formatMoneyRounded(nano)).toBe(shown);
  });
});

it('groups thousands in counts', () => {
  expect([formatCount(7), formatCount(1234), formatCount(1_000_000)]).toEqual(['7', '1,234', '1,000,000']);
});
