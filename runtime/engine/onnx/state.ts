import { type Block, Heap } from '../wasm/heap.ts';
import { hostData } from './executor.ts';
import { type Content, Value } from './graph.ts';
import { type Perm, type Sym, samePerm, transposeData } from './sym.ts';

/** Weights and moments of every step in this thread; kernels update them in place, sessions read them without a copy. */
let heap: Heap | undefined;

export function stateHeap(): Heap {
  heap ??= new Heap();
  return heap;
}

/** The memory of a concrete float tensor in the heap, moved there when it is elsewhere. */
export function heapBlock(sym: Sym): Block {
  const { content } = sym.value;
  if (content?.kind === 'heap') return content.block;
  const block = stateHeap().allocate(sym.value.size);
  block.view().set(hostData(content as Content) as Float32Array);
  setContent(sym, { kind: 'heap', block }, sym.perm);
  return block;
}

/** Gives a variable other elements, stored in physical order `perm`. */
export function setContent(sym: Sym, content: Content, perm: Perm): void {
  const old = sym.value;
  const shape = perm.map((axis) => sym.shape[axis] as number);
  sym.replace(new Value(shape, old.type, undefined, content), perm);
  free(old);
}

/** Stores a concrete tensor in physical order `perm` from now on: the order that a compiled step expects. */
export function arrange(sym: Sym, perm: Perm): void {
  if (samePerm(sym.perm, perm)) return;
  const data = hostData(sym.value.content as Content);
  setContent(
    sym,
    {
      kind: 'host',
      data: transposeData(
        data,
        sym.value.shape,
        perm.map((axis) => sym.perm.indexOf(axis)),
      ),
    },
    perm,
  );
}

/** Lets go of the elements when the last tensor that holds them is disposed. */
export function release(sym: Sym): void {
  sym.value.holders--;
  if (sym.value.holders === 0) free(sym.value);
}

function free(value: Value): void {
  const { content } = value;
  if (content?.kind === 'heap') {
    keepForPending(value, content.block);
    content.block.heap.free(content.block);
  }
  if (content?.kind === 'device' && !value.lazilyUsed) content.tensor.dispose();
}

/** What eager code has recorded but not evaluated yet must see the elements as they were. */
function keepForPending(value: Value, block: Block): void {
  if (value.lazilyUsed) value.content = { kind: 'host', data: block.view().slice() };
}

/** The memory of a variable that is about to be updated in place. */
export function writableBlock(sym: Sym): Block {
  sym.version++;
  const block = heapBlock(sym);
  const { value } = sym;
  if (value.lazilyUsed) {
    keepForPending(value, block);
    sym.replace(new Value(value.shape, value.type, undefined, { kind: 'heap', block }), sym.perm);
  }
  return block;
}
