import type { CompiledStep } from './compiled-step.ts';
import type { ProgramMemory } from './program.ts';

/** What a compilation came to. */
export interface StepReport {
  readonly name: string;
  readonly sessions: number;
  readonly operators: number;
  readonly hostOperations: number;
  readonly memory: ProgramMemory;
}

export function describeStep(name: string, { executor: { program } }: CompiledStep): StepReport {
  const sessions = program.stages.filter((stage) => stage.kind === 'session');
  return {
    name,
    sessions: sessions.length,
    operators: sessions.reduce((sum, stage) => sum + stage.nodes.length, 0),
    hostOperations: program.stages.length - sessions.length,
    memory: program.memory,
  };
}

/** The report as a line, sizes in MB. */
export function formatStepReport({ name, sessions, operators, hostOperations, memory }: StepReport): string {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const peak = memory.inputs + memory.constants + memory.activations;
  return (
    `${name}: ${operators} operators in ${sessions} session${sessions === 1 ? '' : 's'}, ${hostOperations} host operations, peak ${megabytes(peak)} ` +
    `(weights and inputs ${megabytes(memory.inputs)}, constants ${megabytes(memory.constants)}, intermediates ${megabytes(memory.activations)})`
  );
}
