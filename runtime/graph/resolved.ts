import { type Json, type JsonObject, type Located, type LocatedObject, toJson } from './located.ts';

/**
 * The document as a saved run keeps it: plain JSON without `extends`, with settings and their references as they were
 * written, so that it can still be varied by its settings, and with the version of every node's type, so that it
 * keeps its meaning. Inherited settings whose nodes an override removed are left out. Resolving it again changes
 * nothing.
 */
export function resolvedDocument(
  located: LocatedObject,
  versionOf: (node: string) => number | undefined,
): JsonObject {
  const document = toJson(located) as JsonObject;
  const versioned = {
    ...document,
    ...(document.nodes && { nodes: withVersions(document.nodes, versionOf) }),
  };
  const settings = document.settings as JsonObject | undefined;
  return settings ? { ...versioned, settings: usedSettings(located, settings) } : versioned;
}

function withVersions(nodes: Json, versionOf: (node: string) => number | undefined): JsonObject {
  return Object.fromEntries(
    Object.entries(nodes as { readonly [name: string]: JsonObject }).map(([name, node]) => {
      const version = versionOf(name);
      return [name, version === undefined || 'version' in node ? node : { ...node, version }];
    }),
  );
}

/** The settings that something besides settings refers to, and those that these refer to. */
function usedSettings(document: LocatedObject, settings: JsonObject): JsonObject {
  const values = document.entries.get('settings')?.value;
  const entries = values?.kind === 'object' ? values.entries : new Map<string, never>();
  const used = new Set<string>();
  const waiting = [...document.entries].flatMap(([key, { value }]) =>
    key === 'settings' ? [] : referencesIn(value),
  );
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const entry = entries.get(name);
    if (!entry || used.has(name)) continue;
    used.add(name);
    for (const next of referencesIn(entry.value)) waiting.push(next);
  }
  return Object.fromEntries(Object.entries(settings).filter(([name]) => used.has(name)));
}

/** The names of all settings that a value refers to. */
export function referencesIn(located: Located): string[] {
  if (located.kind === 'array') return located.items.flatMap(referencesIn);
  if (located.kind === 'object')
    return [...located.entries.values()].flatMap((entry) => referencesIn(entry.value));
  return typeof located.value === 'string' && located.value.startsWith('$') ? [located.value.slice(1)] : [];
}
