/**
 * The path of the graph node that is being recorded, e.g. `step1/depthNet`. Recorded operations carry it, so that
 * errors name the node and profiles attribute time and memory to it.
 */
let scope = '';

export function currentScope(): string {
  return scope;
}

/** Runs `body` with `name` appended to the scope. */
export function withScope<T>(name: string, body: () => T): T {
  return inScope(scope ? `${scope}/${name}` : name, body);
}

/** Runs `body` in the given scope, whatever the current one is: backward operations return to their forward's. */
export function inScope<T>(path: string, body: () => T): T {
  const outer = scope;
  scope = path;
  try {
    return body();
  } finally {
    scope = outer;
  }
}
