import type { ByteCursor } from '../cursor.ts';
import { type PickleHooks, PickleMachine } from './machine.ts';
import { OPCODES } from './opcodes.ts';
import type { PickleValue } from './values.ts';

/** The value of the pickle at a cursor, which is then behind it. Executes nothing; see PickleMachine. */
export function readPickle(cursor: ByteCursor, hooks: PickleHooks): PickleValue {
  return new PickleMachine(cursor, hooks, OPCODES).run();
}
