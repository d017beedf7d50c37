import type { Reporter } from './errors.ts';
import { entriesOf, entryOf, type Located, type LocatedEntry, type Path, propertyOf } from './located.ts';
import { bind, type Settings } from './settings.ts';

/** The settings in force inside of each stage that changes some. */
export type StageSettings = WeakMap<Located, Settings>;

/**
 * Replaces the references in a schedule. Inside a stage, its own settings count; they may refer to those outside.
 * Reports stage settings that the document does not have.
 */
export function bindSchedule(
  schedule: Located,
  settings: Settings,
  report: Reporter,
  stages: StageSettings,
  path: Path = ['schedule'],
): Located {
  if (schedule.kind !== 'array') return bind(schedule, settings, report, path);
  const items = schedule.items.map((item, i) => bindStep(item, settings, report, stages, [...path, i]));
  return { ...schedule, items };
}

function bindStep(
  step: Located,
  settings: Settings,
  report: Reporter,
  stages: StageSettings,
  path: Path,
): Located {
  if (step.kind !== 'object') return bind(step, settings, report, path);
  const own = propertyOf(step, 'settings');
  const bound = own && bind(own, settings, report, [...path, 'settings']);
  const known = [...entriesOf(bound)].filter(([name, entry]) =>
    declared(name, entry, settings, report, path),
  );
  const inside = settings.with(known.map(([name, entry]) => [name, entry.value]));
  const entries = new Map<string, LocatedEntry>();
  for (const [key, entry] of step.entries) {
    const at = [...path, key];
    const value =
      key === 'settings' && bound
        ? bound
        : key === 'steps'
          ? bindSchedule(entry.value, inside, report, stages, at)
          : bind(entry.value, inside, report, at);
    entries.set(key, { key: entry.key, value });
  }
  const result: Located = { ...step, entries };
  if (own || entryOf(step, 'params')) stages.set(result, inside);
  return result;
}

function declared(
  name: string,
  entry: LocatedEntry,
  settings: Settings,
  report: Reporter,
  path: Path,
): boolean {
  if (settings.get(name)) return true;
  const pointer = [...path, 'settings', name].map((part) => `/${part}`).join('');
  report.add('unknown-setting', entry.key, {
    pointer,
    found: `"${name}"`,
    wrong: name,
    among: settings.names,
  });
  return false;
}
