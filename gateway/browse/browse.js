// Shows /v1/openapi.json: every operation with its parameters, body, answers and a curl line. No library, no other host.
// Everything from the document goes in as text, never as markup.

const api = await (await fetch('/v1/openapi.json')).json();

/** Of what may scroll: the keyboard must reach it. */
const SCROLLS = { tabindex: '0' };

/** Makes an element; children are elements or text. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Follows a `$ref` within the document. */
function resolve(node) {
  if (!node?.$ref) return node ?? {};
  return node.$ref.slice(2).split('/').reduce((at, key) => at[key.replaceAll('~1', '/').replaceAll('~0', '~')], api);
}

/** Builds an example of a schema: its own, else one made of its parts. */
function example(schema, depth = 0) {
  const s = resolve(schema);
  if (s.examples?.length) return s.examples[0];
  if (s.example !== undefined) return s.example;
  if (s.default !== undefined) return s.default;
  if (s.const !== undefined) return s.const;
  if (s.enum) return s.enum[0];
  const choice = s.anyOf ?? s.oneOf ?? s.allOf;
  if (choice) return example(choice.find((one) => one.type !== 'null') ?? choice[0], depth);
  if (s.type === 'array') return depth > 5 ? [] : [example(s.items ?? {}, depth + 1)];
  if (s.properties && depth <= 5) {
    return Object.fromEntries(Object.entries(s.properties).map(([name, of]) => [name, example(of, depth + 1)]));
  }
  return { string: 'text', integer: 1, number: 1, boolean: true, object: {} }[s.type] ?? null;
}

/** Text with `code` in it, as elements. */
function prose(text) {
  return text.split('`').map((part, at) => (at % 2 ? make('code', {}, part) : part));
}

const asText = (value) => JSON.stringify(value, null, 2);

/** A line for the shell that makes this call with a key in $PP_TEST_KEY. */
function curl(method, path, operation) {
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => {
    const parameter = operation.parameters?.map(resolve).find((one) => one.in === 'path' && one.name === name);
    return encodeURIComponent(example(parameter?.schema ?? {}));
  });
  const lines = [`curl -X ${method.toUpperCase()} "$PP_URL${filled}"`];
  if (operation.security?.length) lines.push('-H "Authorization: Bearer $PP_TEST_KEY"');
  const body = bodySchema(operation);
  if (body) lines.push("-H 'Content-Type: application/json'", `-d '${JSON.stringify(example(body)).replaceAll("'", "'\\''")}'`);
  return lines.join(' \\\n  ');
}

function bodySchema(operation) {
  return operation.requestBody?.content?.['application/json']?.schema;
}

/** The name of a schema, or its type in words. */
function nameOf(schema) {
  if (!schema) return '';
  if (schema.$ref) return schema.$ref.split('/').at(-1);
  const choice = schema.anyOf ?? schema.oneOf;
  if (choice) return choice.map(nameOf).join(' | ');
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(' | ');
  if (schema.type === 'array') return `${nameOf(schema.items)}[]`;
  return [schema.type, schema.format].filter(Boolean).join(' ') || 'any';
}

function parameterTable(parameters) {
  const head = make('tr', {}, ...['name', 'in', 'type', 'meaning'].map((title) => make('th', { scope: 'col' }, title)));
  const rows = parameters.map((one) =>
    make('tr', {},
      make('td', {}, make('code', {}, one.name + (one.required ? ' *' : ''))),
      make('td', {}, one.in),
      make('td', {}, nameOf(one.schema)),
      make('td', {}, ...prose(one.description ?? ''))));
  return make('table', {}, make('thead', {}, head), make('tbody', {}, ...rows));
}

function answerPart(status, response) {
  const { description = '', content = {} } = resolve(response);
  const part = make('details', {}, make('summary', {}, make('code', {}, status), ` ${description}`));
  for (const [type, { schema }] of Object.entries(content)) {
    part.append(make('p', { class: 'facts' }, `${type} · ${nameOf(schema)}`));
    if (type.includes('json')) part.append(make('pre', SCROLLS, asText(example(schema))));
  }
  return part;
}

function show(path, method, operation) {
  const article = make('article', { id: operation.operationId });
  article.append(
    make('h3', {}, make('span', { class: `method method-${method}` }, method.toUpperCase()), make('code', {}, path)),
    make('p', {}, operation.summary ?? ''),
    make('p', { class: 'facts' }, `${operation.operationId} · permission ${operation['x-permission']}`),
  );
  if (operation.description) article.append(make('p', {}, ...prose(operation.description.replaceAll('\n', ' '))));
  const parameters = (operation.parameters ?? []).map(resolve);
  if (parameters.length) article.append(parameterTable(parameters));
  const body = bodySchema(operation);
  if (body) {
    article.append(make('details', { open: '' }, make('summary', {}, `Body: ${nameOf(body)}`),
      make('pre', SCROLLS, asText(example(body))),
      make('details', {}, make('summary', {}, 'Schema'), make('pre', SCROLLS, asText(resolve(body))))));
  }
  article.append(make('details', {}, make('summary', {}, 'curl'), make('pre', SCROLLS, curl(method, path, operation))));
  for (const [status, response] of Object.entries(operation.responses)) article.append(answerPart(status, response));
  return article;
}

const all = Object.entries(api.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation, tag: operation.tags?.[0] ?? '' })));
const shown = all.map((one) => ({
  ...one,
  text: `${one.method} ${one.path} ${one.operation.operationId} ${one.operation.summary} ${one.operation['x-permission']}`.toLowerCase(),
  article: show(one.path, one.method, one.operation),
  link: make('a', { href: `#${one.operation.operationId}` }, one.operation.operationId),
}));

const index = document.getElementById('index');
for (const tag of [...new Set(all.map((one) => one.tag))].sort()) {
  index.append(make('h2', {}, tag), ...shown.filter((one) => one.tag === tag).map((one) => one.link));
}
const main = document.getElementById('operations');
main.replaceChildren(...shown.sort((a, b) => a.tag.localeCompare(b.tag)).map((one) => one.article));
document.getElementById('find').addEventListener('input', (event) => {
  const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const one of shown) one.article.hidden = one.link.hidden = !words.every((word) => one.text.includes(word));
});
if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
