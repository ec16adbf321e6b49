/** Integer nano-dollars; amounts too large for a double come as bigint or as their digits. */
export type NanoUsd = number | bigint | string;

/** Nano-dollars in a dollar. */
const NANO = 1_000_000_000n;

/**
 * Integer nano-dollars as US dollars, exact: all arithmetic is on integers.
 *
 * Whole cents show two decimals ("$12.30"); anything finer shows every digit that is not a trailing zero
 * ("$0.000412"), because a model call costs fractions of a cent and rounding them to "$0.00" would be a lie.
 */
export function formatMoney(nanoUsd: NanoUsd): string {
  const nano = BigInt(nanoUsd);
  const sign = nano < 0n ? '-' : '';
  const size = nano < 0n ? -nano : nano;
  const fraction = (size % NANO).toString().padStart(9, '0').replace(/0+$/, '').padEnd(2, '0');
  return `${sign}$${group(size / NANO)}.${fraction}`;
}

/** Nano-dollars rounded half up to whole cents, for axes and tiles where the exact figure stands beside it. */
export function formatMoneyRounded(nanoUsd: NanoUsd): string {
  const nano = BigInt(nanoUsd);
  const size = nano < 0n ? -nano : nano;
  if (size > 0n && size < NANO / 100n) return nano < 0n ? '-<$0.01' : '<$0.01';
  const cents = (size + NANO / 200n) / (NANO / 100n);
  return `${nano < 0n ? '-' : ''}$${group(cents / 100n)}.${(cents % 100n).toString().padStart(2, '0')}`;
}

/** A count with thousands separators. */
export function formatCount(count: number | bigint): string {
  return group(BigInt(count));
}

function group(whole: bigint): string {
  return whole.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}
