import { type ParamsJson, parameterWith } from '../node.ts';
import { canonicalJson } from './canonical.ts';
import { parametersOf } from './dimension.ts';
import { type Check, checkParams, type Draft } from './draft.ts';
import type { ScheduleStep } from './graph.ts';
import { entriesOf, entryOf, type Json, type Located, type Path, propertyOf, toPointer } from './located.ts';
import { mergePatch } from './merge.ts';
import { checkTrained } from './networks.ts';
import type { Dependencies } from './order.ts';
import { bind, isUnresolved, type Settings } from './settings.ts';
import type { StageSettings } from './stages.ts';
import { checkTypes } from './types.ts';

/** A schedule may unroll to this many steps; each may pull as often as it likes. */
const MAX_STEPS = 100_000;
const PULL_KEYS = new Set(['pull', 'times', 'also']);

/** What a stage changes, as `ScheduleStep` has it. */
interface Changes {
  readonly params: ReadonlyMap<string, ParamsJson>;
  readonly trains: ReadonlyMap<string, readonly string[]>;
}

type Unrolled = Omit<ScheduleStep, 'index' | 'stages'> & { readonly kind: 'pull' };

interface Group {
  readonly kind: 'group';
  readonly name: string;
  readonly repeat: number;
  readonly steps: readonly (Unrolled | Group)[];
}

export interface ScheduleInput {
  /** The schedule with its settings bound. */
  readonly schedule: Located;
  /** The nodes as written, with their references: a stage binds them anew. */
  readonly nodes: Located | undefined;
  readonly stages: StageSettings;
  readonly dependencies: Dependencies;
  readonly order: readonly string[];
}

/** Checks a schedule and unrolls its stages. Reports unknown nodes, wrong steps and wrong values of stages. */
export function readSchedule(check: Check, input: ScheduleInput): ScheduleStep[] {
  const reader = new Reader(check, input);
  const steps = reader.steps(
    input.schedule,
    ['schedule'],
    { params: new Map(), trains: new Map() },
    new Map(),
  );
  if (countSteps(steps) > MAX_STEPS) {
    check.report.add(
      'schedule-too-long',
      { ...input.schedule.origin, length: 1 },
      {
        pointer: '/schedule',
        expected: String(MAX_STEPS),
      },
    );
    return [];
  }
  const unrolled: ScheduleStep[] = [];
  unroll(steps, [], unrolled);
  if (unrolled.length === 0 && reader.sound) {
    check.report.add('empty-schedule', input.schedule.origin, { pointer: '/schedule' });
  }
  return unrolled;
}

function countSteps(steps: readonly (Unrolled | Group)[]): number {
  return steps.reduce(
    (sum, step) => sum + (step.kind === 'pull' ? 1 : step.repeat * countSteps(step.steps)),
    0,
  );
}

function unroll(
  steps: readonly (Unrolled | Group)[],
  stages: ScheduleStep['stages'],
  into: ScheduleStep[],
): void {
  for (const step of steps) {
    if (step.kind === 'pull') {
      const { kind: _, ...rest } = step;
      if (step.times > 0) into.push({ ...rest, index: into.length, stages });
    } else if (countSteps(step.steps) > 0) {
      for (let repetition = 0; repetition < step.repeat; repetition++) {
        unroll(step.steps, [...stages, { name: step.name, repetition, repeat: step.repeat }], into);
      }
    }
  }
}

class Reader {
  /** False once a step was wrong, so that a schedule of wrong steps is not also called empty. */
  sound = true;

  constructor(
    private readonly check: Check,
    private readonly input: ScheduleInput,
  ) {}

  steps(
    list: Located,
    path: Path,
    changes: Changes,
    patches: ReadonlyMap<string, Located>,
  ): (Unrolled | Group)[] {
    if (list.kind !== 'array') return [];
    return list.items.flatMap((step, i) => this.step(step, [...path, i], changes, patches));
  }

  private step(
    step: Located,
    path: Path,
    changes: Changes,
    patches: ReadonlyMap<string, Located>,
  ): readonly (Unrolled | Group)[] {
    if (step.kind !== 'object') return this.wrong();
    const pull = entryOf(step, 'pull');
    const steps = entryOf(step, 'steps');
    if (Boolean(pull) === Boolean(steps)) {
      const found = pull ? 'both' : 'neither';
      this.check.report.add('bad-step', { ...step.origin, length: 1 }, { pointer: toPointer(path), found });
      return this.wrong();
    }
    for (const [key, entry] of step.entries) {
      if (PULL_KEYS.has(key) === Boolean(pull) || !(PULL_KEYS.has(key) || GROUP_KEYS.has(key))) continue;
      const reason = pull ? 'it belongs to a group with "steps"' : 'it belongs to a step with "pull"';
      this.check.report.add('misplaced-key', entry.key, {
        pointer: toPointer([...path, key]),
        found: `"${key}"`,
        reason,
      });
      this.sound = false;
    }
    if (steps) return [this.group(step, steps.value, path, changes, patches)];
    const also = propertyOf(step, 'also');
    return [
      {
        kind: 'pull',
        pull: this.pulled(pull?.value, [...path, 'pull']),
        times: countOf(step, 'times', 0),
        also: (also?.kind === 'array' ? also.items : []).map((one, i) => ({
          pull: this.pulled(propertyOf(one, 'pull'), [...path, 'also', i, 'pull']),
          every: countOf(one, 'every'),
        })),
        ...changes,
      },
    ];
  }

  private wrong(): readonly never[] {
    this.sound = false;
    return [];
  }

  private pulled(value: Located | undefined, path: Path): string[] {
    const names = value?.kind === 'array' ? value.items : value ? [value] : [];
    return names.flatMap((name, i): readonly string[] => {
      if (name.kind !== 'scalar' || typeof name.value !== 'string' || isUnresolved(name)) return this.wrong();
      if (this.check.drafts.has(name.value)) return [name.value];
      const pointer = toPointer(value?.kind === 'array' ? [...path, i] : path);
      this.check.report.add('pulls-unknown', name.origin, {
        pointer,
        found: `"${name.value}"`,
        wrong: name.value,
        among: this.check.drafts.keys(),
      });
      return this.wrong();
    });
  }

  private group(
    step: Located,
    steps: Located,
    path: Path,
    outer: Changes,
    outerPatches: ReadonlyMap<string, Located>,
  ): Group {
    const stage = propertyOf(step, 'stage');
    const patches = new Map(outerPatches);
    const places = new Map<string, { readonly root: Located; readonly path: Path }>();
    for (const [name, entry] of entriesOf(propertyOf(step, 'params'))) {
      const at = [...path, 'params', name];
      if (this.check.drafts.has(name)) {
        patches.set(name, mergePatch(patches.get(name), entry.value));
        places.set(name, { root: entry.value, path: at });
      } else {
        const among = this.check.drafts.keys();
        this.check.report.add('unknown-node', entry.key, {
          pointer: toPointer(at),
          found: `"${name}"`,
          wrong: name,
          among,
        });
      }
    }
    const settings = this.input.stages.get(step);
    const changes = settings ? this.changes(step, settings, patches, places) : outer;
    return {
      kind: 'group',
      name: stage?.kind === 'scalar' && typeof stage.value === 'string' ? stage.value : 'stage',
      repeat: countOf(step, 'repeat', 0),
      steps: this.steps(steps, [...path, 'steps'], changes, patches),
    };
  }

  /** The parameters that differ from the document's inside a stage, checked like the document's own. */
  private changes(
    step: Located,
    settings: Settings,
    patches: ReadonlyMap<string, Located>,
    places: ReadonlyMap<string, { readonly root: Located; readonly path: Path }>,
  ): Changes {
    const params = new Map<string, ParamsJson>();
    const trains = new Map<string, readonly string[]>();
    for (const [name, entry] of entriesOf(this.input.nodes)) {
      const draft = this.check.drafts.get(name);
      if (!draft?.type || !draft.params) continue;
      const written = propertyOf(entry.value, 'params');
      const bound = written && bind(written, settings, this.check.report, ['nodes', name, 'params']);
      const patch = patches.get(name);
      if (bound === written && !patch) continue;
      const located = patch ? mergePatch(bound, patch) : bound;
      const checked = checkParams(name, draft.located, draft.type, located, this.check, places.get(name));
      if (!checked || same(checked, draft.params)) continue;
      params.set(name, checked);
      const owners = this.trained(
        draft,
        checked,
        located,
        places.get(name)?.path ?? ['nodes', name, 'params'],
      );
      if (owners) trains.set(name, owners);
    }
    if ([...params.keys()].some((name) => changesShapes(this.check.drafts.get(name), params.get(name)))) {
      const lookUp = (name: string) => params.get(name) ?? this.check.drafts.get(name)?.params;
      checkTypes(this.check, this.input.order, lookUp, step.origin);
    }
    return { params, trains };
  }

  private trained(
    draft: Draft,
    params: ParamsJson,
    located: Located | undefined,
    path: Path,
  ): string[] | undefined {
    const parameter = draft.type && parameterWith(draft.type, 'networks');
    if (parameter === undefined || same(params[parameter], draft.params?.[parameter])) return undefined;
    const names = params[parameter] as string[];
    return checkTrained(this.check, draft, { params: located, path, names }, this.input.dependencies);
  }
}

const GROUP_KEYS = new Set(['stage', 'repeat', 'settings', 'params', 'steps']);

function countOf(step: Located, key: string, least = 1): number {
  const value = propertyOf(step, key);
  return value?.kind === 'scalar' && typeof value.value === 'number' && value.value >= least
    ? value.value
    : 1;
}

function same(a: unknown, b: unknown): boolean {
  return canonicalJson(a as Json) === canonicalJson(b as Json);
}

/** Whether other parameters of a node mean other dimensions of its ports. */
function changesShapes(draft: Draft | undefined, params: ParamsJson | undefined): boolean {
  if (!draft?.type || !params) return false;
  const ports = [...Object.values(draft.type.inputs), ...Object.values(draft.type.outputs)];
  const used = ports.flatMap((port) => [...port.tensor.before, ...port.tensor.after]).flatMap(parametersOf);
  return used.some((name) => params[name] !== draft.params?.[name]);
}
