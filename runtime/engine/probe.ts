import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What a probe tries: a provider of ONNX Runtime, or a package of TensorFlow's. */
export type ProbeTarget = 'webgpu' | 'cuda' | '@tensorflow/tfjs-node-gpu' | '@tensorflow/tfjs-node';

export interface ProbeAnswer {
  readonly ok: boolean;
  /** What it runs on, or the error. */
  readonly detail: string;
  /** A better answer follows, unless it takes too long. */
  readonly unfinished?: boolean;
  /** Some convolutions on it and on the CPU provider of the same machine. */
  readonly milliseconds?: number;
  readonly cpuMilliseconds?: number;
  /** Whether TensorFlow uses a GPU. */
  readonly gpu?: boolean;
}

export interface ProbeOptions {
  /** After this time the engine counts as unusable. Default 10 000. */
  readonly timeoutMs?: number;
  readonly env?: NodeJS.ProcessEnv;
  /** Do not wait for timings. */
  readonly untimed?: boolean;
  /** The module to run instead of the engine's own. */
  readonly script?: URL;
}

/** Characters of the child's output that are kept. */
const OUTPUT_LIMIT = 4000;

/**
 * Tries an engine in a child process. Never throws and never prints: a driver that hangs, crashes or talks becomes
 * part of the answer.
 */
export function probe(target: ProbeTarget, options: ProbeOptions = {}): Promise<ProbeAnswer> {
  const { timeoutMs = 10_000, env = process.env, untimed = false, script = ownScript() } = options;
  return new Promise((resolve) => {
    let output = '';
    let inTime: ProbeAnswer | undefined;
    const child = fork(fileURLToPath(script), [target], {
      silent: true,
      env,
      execArgv: loaderArguments(script),
    });
    const finish = (answer: ProbeAnswer) => {
      clearTimeout(timer);
      // drivers may hang or crash when they are unloaded: nobody waits for that
      child.kill('SIGKILL');
      resolve(answer.ok ? answer : { ...answer, detail: withReason(answer.detail, output) });
    };
    const timer = setTimeout(() => {
      finish(inTime ?? { ok: false, detail: `it did not start within ${timeoutMs / 1000} s` });
    }, timeoutMs);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text: Buffer) => {
        output = `${output}${text}`.slice(-OUTPUT_LIMIT);
      });
    }
    child.on('message', (answer: ProbeAnswer) => {
      if (answer.unfinished && !untimed) inTime = answer;
      else finish(answer);
    });
    child.on('error', (cause) => finish({ ok: false, detail: `the probe did not start: ${cause.message}` }));
    child.on('close', (code, signal) =>
      finish({ ok: false, detail: `the driver ended the process (${signal ?? `exit code ${code}`})` }),
    );
  });
}

/** Beside this module, as source or as compiled. */
function ownScript(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './probe-child.ts' : './probe-child.js', import.meta.url);
}

/** What a Node process needs to run the script: TypeScript sources need a loader. */
function loaderArguments(script: URL): string[] {
  if (!script.pathname.endsWith('.ts')) return [];
  try {
    return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
  } catch {
    return process.execArgv;
  }
}

/** Errors of native libraries are paths and line numbers; their last sentence, or the driver's warning, says why. */
function withReason(detail: string, output: string): string {
  const [first = ''] = detail.split('\n');
  const told = / was false\. (.+)/.exec(first)?.[1] ?? first.replace(/^\S*\/\S+:\d+ /, '');
  const warnings = [...output.matchAll(/^(?:Warning|Error): (.+)$/gm)].map(([, text]) => text);
  return [told.replace(/\.$/, ''), ...warnings.slice(0, 1)].join('; ');
}
