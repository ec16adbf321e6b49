import type { PricedSide } from '@/api/generated';
import { formatMoney } from '@/util/money';

/** The price of a million input tokens, and whose it is. */
export function priceName({ cost, price_status }: PricedSide): string {
  switch (price_status) {
    case 'no_model':
      return 'no model';
    case 'not_published':
      return 'not published';
    case 'unavailable':
      return 'not available now';
    case 'known': {
      const price = cost?.price;
      if (!price) return 'not published';
      if (price.source === 'simulator') return 'free: simulator';
      const whose = price.source === 'own' ? 'own price' : price.provider;
      return `${formatMoney(price.input_nano_usd_per_million_tokens)} per million, ${whose}`;
    }
  }
}

/** What the figures leave out, or only estimate, each said once. */
export function caveats(before: PricedSide, after: PricedSide): string[] {
  const sides = [before, after];
  const notes: string[] = [];
  const uncounted = [...new Set(sides.flatMap((side) => side.tokens.uncounted_variables))];
  if (uncounted.length > 0) {
    const names = uncounted.slice(0, 5).map((name) => `{{${name}}}`);
    const more = uncounted.length > 5 ? ` and ${uncounted.length - 5} more` : '';
    notes.push(`Values of ${names.join(', ')}${more} come on top: they are known with each call only.`);
  }
  if (sides.some((side) => side.tokens.has_sections))
    notes.push('The text of a section is counted once: a call may send it never, or often.');
  const foreign = [
    ...new Set(sides.filter((side) => side.model && !side.tokens.is_own_vocabulary).map((side) => side.model)),
  ];
  if (foreign.length > 0)
    notes.push(
      `Tokens of ${foreign.join(' and ')} are an estimate: counted by ${before.tokens.vocabulary}, which is not known to be theirs.`,
    );
  if (sides.some((side) => !side.model))
    notes.push(
      `Where the caller chooses the model, tokens are counted by ${before.tokens.vocabulary} and there is no price.`,
    );
  if (sides.some((side) => side.tokens.tool_and_schema_tokens > 0))
    notes.push('Tools and output schema are counted as JSON: providers write them in a form of their own.');
  if (sides.some((side) => side.price_status === 'not_published'))
    notes.push('No price is published for a model without a price here: add one of your own to see its cost.');
  if (sides.some((side) => side.price_status === 'unavailable'))
    notes.push('Prices could not be read just now: load the page again in a moment.');
  return notes;
}
