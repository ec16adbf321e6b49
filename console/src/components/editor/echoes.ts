/**
 * Tells a value that comes back from typing apart from one that comes from outside.
 *
 * Who types fast is ahead of what React has drawn: an editor that took an old echo for news would undo the last keys.
 */
export class Echoes {
  private typed: string[] = [];

  /** Notes a text that was typed and told to the owner of the value. */
  note(text: string): void {
    this.typed.push(text);
  }

  /** True when `value` was typed here, even if `present`, the editor's text, is further by now. */
  isEcho(value: string, present: string): boolean {
    const at = this.typed.indexOf(value);
    if (value === present || at < 0) {
      // Nothing is on its way any more: either the owner has caught up, or it has set something else.
      this.typed = [];
      return value === present;
    }
    this.typed.splice(0, at + 1);
    return true;
  }
}
