/** The word with a capital first letter, as headings and buttons begin. */
export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
