import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineError } from '../errors.ts';

/** The Python that has PyTorch; another one is named by this variable of the environment. */
export const PYTHON_VARIABLE = 'GAN2SHAPE_PYTHON';
/** Python itself starts at once; PyTorch takes seconds more, while the pipe is open already. */
const START_MS = 10_000;
/** How long the pipe is looked into without a pause, and the pauses after that as a share of the time waited. */
const EAGER_MS = 1;
const PAUSE = 0.02;
const LONGEST_PAUSE_MS = 5;

interface Answer {
  readonly ok: boolean;
  readonly message?: string;
}

/**
 * The process that runs sessions on PyTorch (executor.py). Calls are synchronous, as the engine's sessions are: requests
 * and answers go through two named pipes.
 */
export class TorchProcess {
  /** What it computes on. */
  readonly device: string;
  readonly version: string;
  private readonly requests: number;
  private readonly answers: number;
  private readonly sleeper = new Int32Array(new SharedArrayBuffer(4));

  /** @throws EngineError `engine-unavailable` where Python does not start or has no PyTorch */
  constructor({ threads, command = python() }: { readonly threads: number; readonly command?: string }) {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'gan2shape-torch-'));
    const [requests, answers] = ['requests', 'answers'].map((name) => path.join(folder, name)) as [
      string,
      string,
    ];
    try {
      execFileSync('mkfifo', [requests, answers]);
      const script = fileURLToPath(new URL('./executor', import.meta.url));
      // both ends are opened without waiting for the other: a Python that does not start must not block
      const both = openSync(requests, constants.O_RDWR);
      this.answers = openSync(answers, constants.O_RDONLY | constants.O_NONBLOCK);
      const child = spawn(command, [script, requests, answers], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, GAN2SHAPE_THREADS: String(threads), PYTHONDONTWRITEBYTECODE: '1' },
      });
      child.on('error', () => {});
      child.unref();
      this.receive(START_MS);
      const hello = this.receive().header as Answer & { torch: string; device: string };
      // from now on its end is noticed when it is written to
      this.requests = openSync(requests, constants.O_WRONLY);
      closeSync(both);
      this.device = hello.device;
      this.version = hello.torch;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Sends a request with the bytes that belong to it, and waits for the answer. @throws Error with Python's message */
  call<T>(
    request: object,
    parts: readonly Uint8Array[] = [],
  ): { readonly header: T; rest(size: number): Buffer } {
    const bytes = parts.reduce((sum, part) => sum + part.byteLength, 0);
    const head = Buffer.from(JSON.stringify({ ...request, bytes }));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(head.length);
    for (const part of [length, head, ...parts]) this.write(part);
    const answer = this.receive();
    const { ok, message } = answer.header as Answer;
    if (!ok) throw new Error(message);
    return answer as { header: T; rest(size: number): Buffer };
  }

  /** Lets the process end. */
  close(): void {
    closeSync(this.requests);
    closeSync(this.answers);
  }

  private write(part: Uint8Array): void {
    for (let at = 0; at < part.byteLength; ) {
      try {
        at += writeSync(this.requests, part, at);
      } catch (cause) {
        throw gone(cause);
      }
    }
  }

  private receive(startMs?: number): { header: unknown; rest(size: number): Buffer } {
    const length = this.read(4, startMs).readUInt32LE();
    const header: unknown = JSON.parse(this.read(length).toString());
    return { header, rest: (size) => this.read(size) };
  }

  /** Before it has opened the pipe, and after it has ended, nothing is at the other end: `startMs` tells one from the other. */
  private read(size: number, startMs = 0): Buffer {
    const buffer = Buffer.allocUnsafeSlow(size);
    const begin = performance.now();
    for (let at = 0; at < size; ) {
      const got = this.readSome(buffer, at);
      if (got > 0) {
        at += got;
        continue;
      }
      const waited = performance.now() - begin;
      if (got === 0 && (at > 0 || waited >= startMs)) throw gone();
      if (waited > EAGER_MS || startMs > 0)
        Atomics.wait(this.sleeper, 0, 0, Math.min(LONGEST_PAUSE_MS, Math.max(0.05, PAUSE * waited)));
    }
    return buffer;
  }

  /** Bytes read; 0 at the end of the pipe, -1 where there is nothing yet. */
  private readSome(buffer: Buffer, at: number): number {
    try {
      return readSync(this.answers, buffer, at, buffer.byteLength - at, null);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'EAGAIN') return -1;
      throw gone(cause);
    }
  }
}

export function python(): string {
  return process.env[PYTHON_VARIABLE] || 'python3';
}

function gone(cause?: unknown): EngineError {
  return new EngineError(
    'engine-unavailable',
    'The process that runs PyTorch has ended.',
    {
      hint: `Its last words are above. ${PYTHON_VARIABLE} names the Python that has PyTorch; other engines: gan2shape doctor.`,
    },
    { cause },
  );
}

let running: TorchProcess | undefined;

/** The process of this thread, started at the first call; a running one keeps its number of threads. */
export function torchProcess(threads: number): TorchProcess {
  running ??= new TorchProcess({ threads });
  return running;
}
