import type { Reporter } from './errors.ts';
import { type Located, type LocatedEntry, type Path, toPointer } from './located.ts';

/** Settings in force at some place of the document: the document's own, or with those of a stage over them. */
export class Settings {
  /** Names that something referred to; stages share it with the document. */
  readonly used: Set<string>;
  private readonly values: Map<string, Located>;

  constructor(values: Iterable<readonly [string, Located]>, used: Set<string> = new Set()) {
    this.values = new Map(values);
    this.used = used;
  }

  get names(): Iterable<string> {
    return this.values.keys();
  }

  get(name: string): Located | undefined {
    return this.values.get(name);
  }

  /** These settings with `values` in place of those of the same names. */
  with(values: Iterable<readonly [string, Located]>): Settings {
    return new Settings([...this.values, ...values], this.used);
  }
}

/** Values that referred to an unknown setting: reported once, and not again for what they fail to be. */
const unresolved = new WeakSet<Located>();

/** Whether a value stands for a setting that does not exist. */
export function isUnresolved(located: Located): boolean {
  return unresolved.has(located);
}

/** The setting that a text refers to: `"$name"` and nothing else; `"$$…"` is a text that begins with `$`. */
function referenceIn(located: Located): string | undefined {
  if (located.kind !== 'scalar' || typeof located.value !== 'string') return undefined;
  return located.value.startsWith('$') && !located.value.startsWith('$$')
    ? located.value.slice(1)
    : undefined;
}

/** Replaces the references in settings that refer to other settings. Reports circles and unknown names. */
export function readSettings(located: Located | undefined, report: Reporter): Settings {
  const raw: ReadonlyMap<string, LocatedEntry> = located?.kind === 'object' ? located.entries : new Map();
  const done = new Map<string, Located>();
  const used = new Set<string>();
  for (const name of raw.keys()) {
    const chain: string[] = [];
    // Follow whole-value references first, so that chains of any length need no recursion.
    for (let at: string | undefined = name; at !== undefined && !done.has(at); ) {
      const value = raw.get(at)?.value;
      if (!value) break;
      if (chain.includes(at)) {
        const circle = [...chain.slice(chain.indexOf(at)), at].join(' → ');
        report.add('setting-cycle', value.origin, { pointer: toPointer(['settings', at]), found: circle });
        for (const member of chain) done.set(member, raw.get(member)?.value ?? value);
        unresolvedAll(chain, done);
        break;
      }
      chain.push(at);
      at = referenceIn(value);
    }
    for (const member of chain.reverse()) {
      const value = raw.get(member)?.value;
      if (!value || done.has(member)) continue;
      done.set(member, bind(value, new Settings(done, used), report, ['settings', member]));
    }
  }
  return new Settings(done, used);
}

function unresolvedAll(names: readonly string[], values: ReadonlyMap<string, Located>): void {
  for (const name of names) {
    const value = values.get(name);
    if (value) unresolved.add(value);
  }
}

/**
 * Replaces every `"$name"` in a value by that setting, which keeps its JSON type, and every leading `$$` by `$`.
 * The replaced value counts as written where the reference is, and remembers the setting's place.
 */
export function bind(located: Located, settings: Settings, report: Reporter, path: Path): Located {
  if (located.kind === 'scalar' && (typeof located.value !== 'string' || located.value[0] !== '$'))
    return located;
  if (located.kind === 'object') {
    let changed = false;
    const entries = new Map<string, LocatedEntry>();
    for (const [key, entry] of located.entries) {
      const value = bind(entry.value, settings, report, [...path, key]);
      changed ||= value !== entry.value;
      entries.set(key, value === entry.value ? entry : { key: entry.key, value });
    }
    return changed ? { ...located, entries } : located;
  }
  if (located.kind === 'array') {
    const items = located.items.map((item, i) => bind(item, settings, report, [...path, i]));
    return items.some((item, i) => item !== located.items[i]) ? { ...located, items } : located;
  }
  const name = referenceIn(located);
  if (name === undefined) {
    return typeof located.value === 'string' && located.value.startsWith('$$')
      ? { ...located, value: located.value.slice(1) }
      : located;
  }
  const value = settings.get(name);
  settings.used.add(name);
  if (!value) {
    const pointer = toPointer(path);
    report.add('unknown-setting', located.origin, {
      pointer,
      found: `"${name}"`,
      wrong: name,
      among: settings.names,
    });
    unresolved.add(located);
    return located;
  }
  const origin = { ...located.origin, via: value.origin };
  const bound: Located = { ...value, origin };
  if (unresolved.has(value)) unresolved.add(bound);
  return bound;
}
