/**
 * Writes ONNX models: the subset of the protobuf format that recorded graphs need. Only writing, so a library with
 * a reader and a schema compiler would be larger than this file, and would copy every weight once more.
 */
import type { Attribute, ValueType } from './graph.ts';

export const ONNX_TYPE: Readonly<Record<ValueType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9 };
const OPSET = 18;
const IR_VERSION = 9;

export interface TensorSpec {
  readonly name: string;
  readonly type: ValueType;
  readonly shape: readonly number[];
}

export interface ModelSpec {
  readonly name: string;
  readonly nodes: readonly {
    readonly name: string;
    readonly op: string;
    readonly domain: string;
    readonly inputs: readonly string[];
    readonly outputs: readonly string[];
    readonly attributes: Readonly<Record<string, Attribute>>;
  }[];
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly initializers: readonly (TensorSpec & { readonly bytes: Uint8Array })[];
}

/** The model as the bytes of a `.onnx` file. */
export function encodeModel(model: ModelSpec): Uint8Array {
  const graph = new Message();
  for (const node of model.nodes) graph.message(1, encodeNode(node));
  graph.text(2, model.name);
  for (const tensor of model.initializers) graph.message(5, encodeTensor(tensor));
  for (const input of model.inputs) graph.message(11, encodeValueInfo(input));
  for (const output of model.outputs) graph.message(12, encodeValueInfo(output));
  return new Message()
    .int(1, IR_VERSION)
    .text(2, 'gan2shape')
    .message(7, graph)
    .message(8, new Message().text(1, '').int(2, OPSET))
    .message(8, new Message().text(1, 'com.microsoft').int(2, 1))
    .bytes();
}

function encodeNode(node: ModelSpec['nodes'][number]): Message {
  const message = new Message();
  for (const input of node.inputs) message.text(1, input);
  for (const output of node.outputs) message.text(2, output);
  message.text(3, node.name).text(4, node.op);
  for (const [name, value] of Object.entries(node.attributes))
    message.message(5, encodeAttribute(name, value));
  return node.domain ? message.text(7, node.domain) : message;
}

function encodeAttribute(name: string, value: Attribute): Message {
  const message = new Message().text(1, name);
  if (typeof value === 'number') return message.int(3, value).int(20, 2);
  if (typeof value === 'string') return message.text(4, value).int(20, 3);
  if ('float' in value) return message.float(2, value.float).int(20, 1);
  for (const item of value) {
    if (typeof item === 'string') message.text(9, item);
    else message.int(8, item);
  }
  return message.int(20, typeof value[0] === 'string' ? 8 : 7);
}

function encodeTensor(tensor: TensorSpec & { readonly bytes: Uint8Array }): Message {
  const message = new Message();
  for (const extent of tensor.shape) message.int(1, extent);
  return message.int(2, ONNX_TYPE[tensor.type]).text(8, tensor.name).raw(9, tensor.bytes);
}

function encodeValueInfo(info: TensorSpec): Message {
  const shape = new Message();
  for (const extent of info.shape) shape.message(1, new Message().int(1, extent));
  const tensor = new Message().int(1, ONNX_TYPE[info.type]).message(2, shape);
  return new Message().text(1, info.name).message(2, new Message().message(1, tensor));
}

const utf8 = new TextEncoder();

/** One protobuf message as a list of byte pieces, joined once at the end. */
class Message {
  private readonly pieces: Uint8Array[] = [];
  private length = 0;

  int(field: number, value: number): this {
    return this.push(varint(field * 8)).push(varint(value));
  }

  float(field: number, value: number): this {
    return this.push(varint(field * 8 + 5)).push(new Uint8Array(Float32Array.of(value).buffer));
  }

  text(field: number, value: string): this {
    return this.raw(field, utf8.encode(value));
  }

  raw(field: number, value: Uint8Array): this {
    return this.push(varint(field * 8 + 2))
      .push(varint(value.length))
      .push(value);
  }

  message(field: number, inner: Message): this {
    this.push(varint(field * 8 + 2)).push(varint(inner.length));
    for (const piece of inner.pieces) this.push(piece);
    return this;
  }

  bytes(): Uint8Array {
    const whole = new Uint8Array(this.length);
    let offset = 0;
    for (const piece of this.pieces) {
      whole.set(piece, offset);
      offset += piece.length;
    }
    return whole;
  }

  private push(piece: Uint8Array): this {
    this.pieces.push(piece);
    this.length += piece.length;
    return this;
  }
}

/** Base-128 varint; negative numbers as 64-bit two's complement, as protobuf's int64 has them. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
