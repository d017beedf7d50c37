/** An element of a page, as the strict reader below found it. */
export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Of elements whose content is not HTML: scripts and styles. */
  readonly text: string;
}

const VOID = new Set(['img', 'meta', 'source', 'input', 'br', 'hr', 'link']);
const RAW = new Set(['script', 'style']);
const TAG = /^<(\/?)([a-z][a-z0-9]*)((?:\s+[\w:-]+(?:="[^"<>]*")?)*)\s*(\/?)>/i;
const ATTRIBUTE = /([\w:-]+)(?:="([^"]*)")?/g;

/**
 * Reads HTML far more strictly than browsers do: every element is closed in order, attributes stand in double quotes
 * without angle brackets, `<` and `&` only begin tags and known entities, ids are unique.
 *
 * @throws Error that shows the place
 */
export function readStrictly(page: string): Element[] {
  const elements: Element[] = [];
  const open: string[] = [];
  const ids = new Set<string>();
  let at = '<!doctype html>'.length;
  const fail = (why: string) => {
    throw new Error(`${why} in ${open.join(' > ')} at: ${JSON.stringify(page.slice(at, at + 160))}`);
  };
  if (!page.startsWith('<!doctype html>')) fail('no doctype');
  while (at < page.length) {
    const next = page.indexOf('<', at);
    const text = page.slice(at, next < 0 ? page.length : next);
    checkText(text, fail);
    if (next < 0) break;
    at = next;
    const found = TAG.exec(page.slice(at, at + 2_000_000));
    if (!found) return fail('no tag') as never;
    const [whole, closing, name = '', attributes = '', selfClosing] = found;
    at += whole.length;
    if (closing) {
      if (open.pop() !== name) fail(`</${name}> closes nothing`);
      continue;
    }
    const own = new Map<string, string>();
    for (const [, key = '', value = ''] of attributes.matchAll(ATTRIBUTE)) {
      if (own.has(key)) fail(`${key} twice`);
      checkText(value, fail);
      own.set(key, unescaped(value));
    }
    const id = own.get('id');
    if (id !== undefined && ids.has(id)) fail(`id ${id} twice`);
    if (id !== undefined) ids.add(id);
    let content = '';
    if (RAW.has(name)) {
      const end = page.indexOf(`</${name}>`, at);
      content = page.slice(at, end);
      at = end + name.length + 3;
    } else if (!VOID.has(name) && !selfClosing) open.push(name);
    elements.push({ name, attributes: own, text: content });
  }
  if (open.length > 0) fail('not closed');
  return elements;
}

function checkText(text: string, fail: (why: string) => void): void {
  if (text.includes('>')) fail('a bare >');
  if (/&(?!(amp|lt|gt|quot|#39);)/.test(text)) fail('a bare &');
}

function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
