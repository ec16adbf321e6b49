import createCache, { type EmotionCache } from '@emotion/cache';
import { StyleSheet, type Options } from '@emotion/sheet';

/**
 * Emotion's style sheet as a constructed sheet that the document adopts.
 *
 * Emotion's own writes `<style>` elements, which need 'unsafe-inline' or a nonce in the content security policy;
 * the console is static files, so it has no nonce to give. Constructed sheets need neither.
 */
class AdoptedStyleSheet extends StyleSheet {
  private readonly sheet = new CSSStyleSheet();

  constructor(options: Options) {
    super(options);
    // Global rules come first, so that a component's rules win over them at equal weight.
    const isGlobal = options.key.endsWith('-global');
    document.adoptedStyleSheets = isGlobal
      ? [this.sheet, ...document.adoptedStyleSheets]
      : [...document.adoptedStyleSheets, this.sheet];
  }

  override insert(rule: string): void {
    try {
      this.sheet.insertRule(rule, this.sheet.cssRules.length);
    } catch {
      // A vendor-prefixed selector that this browser does not know: Emotion skips those as well.
    }
    this.ctr += 1;
  }

  override flush(): void {
    this.sheet.replaceSync('');
    this.ctr = 0;
  }
}

/** Emotion's cache for the whole console. */
export function createStyleCache(): EmotionCache {
  const cache = createCache({ key: 'pp', speedy: true });
  const { key, container, nonce } = cache.sheet;
  cache.sheet = new AdoptedStyleSheet({ key, container, speedy: true, ...(nonce === undefined ? {} : { nonce }) });
  return cache;
}
