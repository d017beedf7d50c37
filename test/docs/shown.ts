import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A command line as a page shows it. */
export interface Shown {
  /** The page and line where it stands. */
  readonly at: string;
  /** Its words, `npx` and prompt left out: `gan2shape` or `npm` first. */
  readonly words: readonly string[];
  /** Whether it stands within a sentence, where arguments may be left out. */
  readonly inline: boolean;
}

const FENCE = /^```(\w*)/;
/** Blocks of these languages show commands; others show code that has none. */
const LANGUAGES = new Set(['', 'sh', 'bash', 'console', 'yaml']);

/** Every command line of npm and of gan2shape that a page of Markdown shows, in blocks and within sentences. */
export function commandsOf(page: string): Shown[] {
  const shown: Shown[] = [];
  let language: string | undefined;
  let begun = '';
  for (const [index, line] of readFileSync(page, 'utf8').split('\n').entries()) {
    const at = `${page}:${index + 1}`;
    const fence = FENCE.exec(line);
    if (fence) language = language === undefined ? (fence[1] ?? '') : undefined;
    else if (language === undefined) {
      for (const [, code = ''] of line.matchAll(/`([^`]+)`/g)) shown.push(...commandsIn(code, at, true));
    } else if (LANGUAGES.has(language)) {
      begun += line.replace(/\\$/, '');
      if (line.endsWith('\\')) continue;
      shown.push(...commandsIn(begun.replace(/^(- run: |\$ )/, ''), at, false));
      begun = '';
    }
  }
  return shown;
}

/** The commands of a line, as a shell splits it. */
export function commandsIn(line: string, at: string, inline: boolean): Shown[] {
  const shown: Shown[] = [];
  let words: string[] = [];
  const end = () => {
    const own = words[0] === 'npx' ? words.slice(1) : words;
    if ((own[0] === 'npm' || own[0] === 'gan2shape') && own.length > 1)
      shown.push({ at, words: own, inline });
    words = [];
  };
  for (const [token] of line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)) {
    // a comment, or where the output goes
    if (/^(#|>)/.test(token)) break;
    if (token === '&&' || token === '|') end();
    else words.push(token.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'));
  }
  end();
  return shown;
}

/** The files that a word names, `*` in the last part of the path as a shell has it. */
export function filesOf(word: string): string[] {
  if (!word.includes('*')) return existsSync(word) ? [word] : [];
  const [before = '', after = ''] = basename(word).split('*');
  return readdirSync(dirname(word))
    .filter((name) => name.startsWith(before) && name.endsWith(after))
    .map((name) => join(dirname(word), name));
}
