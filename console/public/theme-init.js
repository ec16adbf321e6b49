// Sets the colour scheme before the first paint, so that a dark page never flashes white. A file, not an inline script:
// the content security policy allows none. The key is the one MUI's colour scheme provider reads and writes.
(function () {
  var mode = 'system';
  try {
    mode = localStorage.getItem('mui-mode') || 'system';
  } catch {
    // Storage is refused (private windows): follow the system.
  }
  var dark = mode === 'dark' || (mode !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-scheme', dark ? 'dark' : 'light');
})();
