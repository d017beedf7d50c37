import type { ByteCursor } from '../cursor.ts';
import type { CheckpointError } from '../errors.ts';
import { PICKLE_LIMITS } from './limits.ts';
import { describe, type PickleValue, PyGlobal, PyTuple } from './values.ts';

/** What gives meaning to the two things that a pickle leaves open. */
export interface PickleHooks {
  /** The value of a call of `callee` with `args`, or undefined where such calls are not allowed. */
  call(callee: PyGlobal, args: PyTuple, machine: PickleMachine): PickleValue | undefined;
  /** The value of a persistent id, as torch uses them for storages. */
  persistent?(id: PickleValue, machine: PickleMachine): PickleValue;
}

/** What an instruction does, by its code; a text names one that is refused, nothing is one that does not exist. */
export type Instructions = readonly (((machine: PickleMachine) => void) | string | undefined)[];

/**
 * Reads one pickle, without executing anything: it can only build the values of values.ts. Every instruction costs a
 * step, and so does every element that a call copies; steps are limited by the length of the input, so that time and
 * memory are proportional to it.
 */
export class PickleMachine {
  readonly stack: PickleValue[] = [];
  /** Heights of the stack at its marks. */
  readonly marks: number[] = [];
  readonly memo = new Map<number, PickleValue>();
  finished = false;
  private readonly globals = new Map<string, PyGlobal>();
  private readonly start: number;
  private steps = 0;
  private instructions = 0;
  /** Where the current instruction begins. */
  private instructionStart: number;

  constructor(
    readonly cursor: ByteCursor,
    readonly hooks: PickleHooks,
    private readonly instructionSet: Instructions,
  ) {
    this.start = cursor.position;
    this.instructionStart = this.start;
  }

  /** Runs until the pickle ends and gives its value; the cursor is then behind it. */
  run(): PickleValue {
    while (!this.finished) this.step();
    if (this.marks.length > 0) throw this.broken('the pickle ends within a group');
    const value = this.pop();
    if (this.stack.length > 0) throw this.broken(`the pickle leaves ${this.stack.length} more values`);
    return value;
  }

  private step(): void {
    this.instructionStart = this.cursor.position;
    const code = this.cursor.u8();
    const opcode = this.instructionSet[code];
    if (++this.instructions > PICKLE_LIMITS.instructions) {
      throw this.error('too-large', `the pickle has more than ${PICKLE_LIMITS.instructions} instructions`);
    }
    if (typeof opcode === 'function') opcode(this);
    else if (opcode) throw this.error('forbidden-opcode', `the pickle has the instruction ${opcode}`);
    else throw this.broken(`there is no pickle instruction 0x${code.toString(16).padStart(2, '0')}`);
  }

  /** Counts work that is not proportional to the bytes that asked for it. */
  charge(steps: number): void {
    this.steps += steps;
    if (this.steps > 8 * (this.cursor.position - this.start) + 1024) {
      throw this.error('too-many-values', 'the pickle copies the same values too often');
    }
  }

  push(value: PickleValue): void {
    this.stack.push(value);
  }

  pop(): PickleValue {
    this.need(1);
    return this.stack.pop() as PickleValue;
  }

  top(): PickleValue {
    this.need(1);
    return this.stack.at(-1) as PickleValue;
  }

  /** The values above the last mark, which is removed with them. */
  popMark(): PickleValue[] {
    const mark = this.marks.pop();
    if (mark === undefined) throw this.broken('a group ends that did not begin');
    return this.stack.splice(mark);
  }

  /** Removes the `count` topmost values and gives them from bottom to top. */
  popMany(count: number): PickleValue[] {
    this.need(count);
    return this.stack.splice(this.stack.length - count);
  }

  private need(count: number): void {
    if (this.stack.length - (this.marks.at(-1) ?? 0) < count) {
      throw this.broken('an instruction lacks its operands');
    }
  }

  remember(index: number): void {
    this.memo.set(index, this.top());
  }

  recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined)
      throw this.broken(`the pickle refers to value ${index}, which it has not stored`);
    this.push(value);
  }

  global(module: string, attribute: string): PyGlobal {
    const key = `${module} ${attribute}`;
    let known = this.globals.get(key);
    if (!known) {
      known = new PyGlobal(module, attribute);
      this.globals.set(key, known);
    }
    return known;
  }

  /** The value of a call, as far as the hooks allow it. Nothing is executed. */
  call(callee: PickleValue, args: PickleValue): PickleValue {
    if (!(args instanceof PyTuple)) throw this.broken(`${describe(args)} is given as arguments`);
    const value = callee instanceof PyGlobal ? this.hooks.call(callee, args, this) : undefined;
    if (value === undefined) throw this.forbidden(callee);
    return value;
  }

  forbidden(callee: PickleValue): CheckpointError {
    const what = callee instanceof PyGlobal ? callee.name.slice(0, 80) : describe(callee);
    const isModel = what.startsWith('torch.nn.');
    return this.error('forbidden-call', `loading the file in Python would call or change ${what}`, {
      ...(isModel && { hint: 'It is a whole model. In Python, save model.state_dict() instead.' }),
    });
  }

  broken(problem: string): CheckpointError {
    return this.error('bad-pickle', problem);
  }

  error(
    code: Parameters<ByteCursor['error']>[0],
    problem: string,
    details: { readonly found?: string; readonly expected?: string; readonly hint?: string } = {},
  ): CheckpointError {
    return this.cursor.error(code, problem, { ...details, offset: this.instructionStart });
  }
}
