/** In a shadow root CodeMirror adopts constructed style sheets; in the document it writes `<style>`, which the policy refuses. */
export function shadowOf(host: HTMLElement): ShadowRoot {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  root.replaceChildren();
  return root;
}
