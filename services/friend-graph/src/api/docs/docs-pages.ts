/** The HTML pages of the API's documents, without resources of other origins. Their references are relative: a proxy may add a path. */
import type { AsyncApiDocument } from './asyncapi.ts';
import type { JsonSchema } from './json-schema.ts';

/** The path of the documents and their pages; a page's references are relative to it with a slash at its end. */
export const DOCS_PATH = '/api/docs';

export const API_PAGE = page(
  'nearby-friends: HTTP API',
  `<p class="elsewhere">The HTTP API. <a href="events">The socket events</a> have a page of their own.
<a href="openapi.json">openapi.json</a></p>
<div id="api"></div>
<script src="assets/swagger-ui-bundle.js"></script>
<script src="assets/start.js"></script>`,
  ['swagger-ui.css', 'docs.css'],
);

/** A separate file, because the policy allows no inline script. The token stays in the page's memory. */
export const START_SCRIPT = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#api',
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
  tryItOutEnabled: true,
});
`;

export const STYLE = `body { margin: 0; background: #fff; color: #222; font: 16px/1.5 system-ui, sans-serif; }
main, .elsewhere { max-width: 60rem; margin: 0 auto; padding: 1rem 1.25rem; }
h2 { margin: 2.5rem 0 .25rem; font: 600 1.15rem ui-monospace, monospace; }
h2 small { font: 400 .9rem system-ui, sans-serif; color: #555; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
caption { padding: .5rem 0; text-align: left; font-weight: 600; }
th, td { padding: .25rem .5rem .25rem 0; border-bottom: 1px solid #ddd; text-align: left; vertical-align: top; }
td:first-child { font-family: ui-monospace, monospace; }
`;

/** The page of all socket events and their fields. */
export function eventsPage({ channels, operations }: AsyncApiDocument): string {
  const { messages } = channels.root;
  const sections = Object.entries(operations).map(([key, { action, summary, reply }]) => {
    const message = messages[key];
    if (!message) throw new Error(`no message for the operation ${key}`);
    const direction = action === 'receive' ? 'client → server' : 'server → client';
    const replies = ((reply?.['messages'] ?? []) as { $ref: string }[]).map(
      ({ $ref }) => messages[$ref.split('/').at(-1) ?? ''],
    );
    return `<h2 id="${key}">${escapeHtml(message.name)} <small>${direction}</small></h2>
<p>${escapeHtml(summary)}</p>
${fieldsTable('', message.payload)}
${replies.map((one) => (one ? fieldsTable(one.summary, one.payload) : '')).join('\n')}`;
  });
  return page(
    'nearby-friends: socket events',
    `<main><h1>Socket events</h1>
<p>Socket.IO 4 at <code>/socket.io/</code>, WebSocket first, long-polling as the fallback.
<a href="./">The HTTP API</a> has a page of its own. <a href="asyncapi.json">asyncapi.json</a></p>
${sections.join('\n')}
</main>`,
    ['docs.css'],
  );
}

function fieldsTable(caption: string, schema: JsonSchema): string {
  const rows = fieldsOf(schema, '').map(
    ({ path, type, isRequired, note }) =>
      `<tr><td>${escapeHtml(path)}${isRequired ? '' : '?'}</td><td>${escapeHtml(type)}</td><td>${escapeHtml(note)}</td></tr>`,
  );
  const head = caption === '' ? '' : `<caption>${escapeHtml(caption)}</caption>`;
  return `<table>${head}<tbody>${rows.join('')}</tbody></table>`;
}

interface Field {
  readonly path: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly note: string;
}

/** All fields of a schema, including those of items and alternatives. */
function fieldsOf(schema: JsonSchema, prefix: string): Field[] {
  const alternatives = schema['anyOf'] as JsonSchema[] | undefined;
  if (alternatives) return alternatives.flatMap((one) => fieldsOf(one, prefix));
  const properties = (schema['properties'] ?? {}) as Record<string, JsonSchema>;
  const required = (schema['required'] ?? []) as string[];
  return Object.entries(properties).flatMap(([name, property]) => {
    const path = `${prefix}${name}`;
    const items = property['items'] as JsonSchema | undefined;
    const note = String(property['description'] ?? '');
    const field = { path, type: typeOf(property), isRequired: required.includes(name), note };
    return [field, ...(items ? fieldsOf(items, `${path}[].`) : fieldsOf(property, `${path}.`))];
  });
}

function typeOf(schema: JsonSchema): string {
  const { type, items, minimum, maximum } = schema;
  const values = 'const' in schema ? [schema['const']] : schema['enum'];
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(' or ');
  if (type === 'array') return `list of ${typeOf((items ?? {}) as JsonSchema)}`;
  const bounds = [minimum, maximum].some((bound) => bound !== undefined) ? `, ${minimum ?? ''}…${maximum ?? ''}` : '';
  return `${String(type ?? 'anything')}${bounds}`;
}

function page(title: string, body: string, styles: readonly string[]): string {
  const links = styles.map((style) => `<link rel="stylesheet" href="assets/${style}">`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="assets/favicon-32x32.png">
${links.join('\n')}
</head>
<body>
${body}
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
