/** An element of XML: attributes, child elements and text with entities resolved. */
export interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Reads XML without comments, doctypes and CDATA; throws where it is not well-formed. */
export function parseXml(source: string): Element {
  const root: Element = { tag: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const body = source.replace(/^<\?xml version="1.0" encoding="UTF-8"\?>\n/, '');
  const token = /<\/([\w-]+)>|<([\w-]+)((?: [\w-]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
  while (token.lastIndex < body.length) {
    const at = token.lastIndex;
    const match = token.exec(body);
    if (!match) throw new Error(`not well-formed at ${at}: ${body.slice(at, at + 40)}`);
    const [, closing, tag, attributes = '', empty, text] = match;
    const inside = open.at(-1) as Element;
    if (text !== undefined) inside.text += resolved(text);
    else if (closing !== undefined) {
      if (inside.tag !== closing) throw new Error(`</${closing}> closes <${inside.tag}>`);
      open.pop();
    } else {
      const pairs = [...attributes.matchAll(/ ([\w-]+)="([^"]*)"/g)];
      const element: Element = {
        tag: tag as string,
        attributes: Object.fromEntries(pairs.map(([, name, value]) => [name, resolved(value as string)])),
        children: [],
        text: '',
      };
      inside.children.push(element);
      if (!empty) open.push(element);
    }
  }
  if (open.length !== 1 || root.children.length !== 1)
    throw new Error('elements stay open, or several roots');
  return root.children[0] as Element;
}

function resolved(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: characters that XML does not allow
  if (/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(text))
    throw new Error('a character that XML does not have');
  return text.replaceAll(/&([^;]*);?/g, (all, name: string) => {
    if (/^#\d+$/.test(name)) return String.fromCodePoint(Number(name.slice(1)));
    if (NAMED[name] === undefined || !all.endsWith(';')) throw new Error(`unknown entity ${all}`);
    return NAMED[name] as string;
  });
}
