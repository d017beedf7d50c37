/**
 * A dimension as it is written in a port type: a whole number, a name, `$parameter`, `_` (any), or these joined by
 * `+ - * /` and parentheses, such as `2*B` or `$size/2`.
 */
export type Dimension =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'any' }
  | {
      readonly kind: 'binary';
      readonly op: '+' | '-' | '*' | '/';
      readonly left: Dimension;
      readonly right: Dimension;
    };

const TOKEN = /\s*(?:(\d+)|(\$?[A-Za-z][A-Za-z0-9]*)|([-+*/()_]))/y;

/** Parses a dimension. Throws an error that says what is wrong with it. */
export function parseDimension(text: string): Dimension {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; text.slice(at).trim() !== ''; at = TOKEN.lastIndex) {
    const match = TOKEN.exec(text);
    if (!match) throw new Error(`"${text}" is no dimension`);
    tokens.push(match[0].trim());
  }
  let next = 0;
  const sum = (): Dimension => {
    let left = product();
    while (tokens[next] === '+' || tokens[next] === '-') {
      left = { kind: 'binary', op: tokens[next++] as '+' | '-', left, right: product() };
    }
    return left;
  };
  const product = (): Dimension => {
    let left = atom();
    while (tokens[next] === '*' || tokens[next] === '/') {
      left = { kind: 'binary', op: tokens[next++] as '*' | '/', left, right: atom() };
    }
    return left;
  };
  const atom = (): Dimension => {
    const token = tokens[next++];
    if (token === '(') {
      const inner = sum();
      if (tokens[next++] !== ')') throw new Error(`"${text}" lacks a closing parenthesis`);
      return inner;
    }
    if (token === '_') return { kind: 'any' };
    if (token && /^\d/.test(token)) return { kind: 'number', value: Number(token) };
    if (token?.startsWith('$')) return { kind: 'parameter', name: token.slice(1) };
    if (token && /^[A-Za-z]/.test(token)) return { kind: 'name', name: token };
    throw new Error(`"${text}" is no dimension`);
  };
  const parsed = sum();
  if (tokens.includes('_') && tokens.length > 1) throw new Error(`"_" in "${text}" can only stand alone`);
  if (next !== tokens.length) throw new Error(`"${text}" is no dimension`);
  return parsed;
}

/** The parameters that a dimension refers to. */
export function parametersOf(dimension: Dimension): string[] {
  if (dimension.kind === 'binary') return [...parametersOf(dimension.left), ...parametersOf(dimension.right)];
  return dimension.kind === 'parameter' ? [dimension.name] : [];
}
