/** Colours that a terminal can show, as bits: 1 is none. */
export type ColourDepth = 1 | 4 | 8 | 24;

/** How the views write: with the terminal's own sixteen colours, so that its theme decides what they look like. */
export type Style = Readonly<Record<StyleName, (text: string) => string>>;

export type StyleName = keyof typeof CODES;

/** Attributes stay where colours are unwanted (NO_COLOR): bold and dim carry the order of importance. */
const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const;

/** The writers for a terminal of the given depth; `attributes: false` gives plain text, for files and pipes. */
export function styleFor(depth: ColourDepth, options: { attributes?: boolean } = {}): Style {
  const attributes = options.attributes ?? true;
  const entries = Object.entries(CODES).map(([name, [on, off]]) => {
    const wanted = on < 30 ? attributes : depth > 1;
    const write = (text: string) => (wanted && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text);
    return [name, write];
  });
  return Object.fromEntries(entries) as Style;
}

/**
 * Colours that a stream shows. tmux takes all 16 million and translates them for terminals that have fewer, and
 * COLORTERM is the terminal's own word, which Node does not ask for behind tmux.
 */
export function colourDepth(
  stream: { isTTY?: boolean; getColorDepth?: (env?: object) => number },
  env: NodeJS.ProcessEnv = process.env,
): ColourDepth {
  if (!stream.isTTY || !stream.getColorDepth) return 1;
  const depth = stream.getColorDepth(env) as ColourDepth;
  const truecolor = env.TMUX !== undefined || /^(truecolor|24bit)$/i.test(env.COLORTERM ?? '');
  return depth === 8 && truecolor ? 24 : depth;
}
