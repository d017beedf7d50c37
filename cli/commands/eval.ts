import { join } from 'node:path';
import { Command } from 'commander';
import { writeFileAtomic } from '../../runtime/formats/atomic.ts';
import {
  action,
  type CommonOptions,
  collect,
  NODES_OPTION,
  namesOf,
  numberOf,
  print,
  SET_OPTION,
} from '../action.ts';
import { commandLine } from '../command-line.ts';
import { EXIT } from '../errors.ts';
import { readEvaluation } from '../eval/baseline.ts';
import { carryOut, EvaluationStopped } from '../eval/evaluate.ts';
import { missingResults } from '../eval/evaluation.ts';
import { checkGates, type GateOptions, judge } from '../eval/gates.ts';
import { junitXml } from '../eval/junit.ts';
import { planEvaluation } from '../eval/plan.ts';
import { evaluationMarkdown, evaluationText } from '../eval/report.ts';
import { shortPath } from '../eval/run-state.ts';
import { expectWritable } from '../writable.ts';

interface EvalOptions extends CommonOptions {
  readonly items?: number | readonly string[];
  readonly seeds?: readonly number[];
  readonly set?: readonly string[];
  readonly out?: string;
  readonly engine?: string;
  readonly threads?: number;
  readonly jobs?: number;
  readonly nodes?: readonly string[];
  readonly plain?: boolean;
  readonly maxSide?: number;
  readonly maxMad?: number;
  readonly baseline?: string;
  readonly tolerance?: number;
  readonly markdown?: string;
  readonly junit?: string;
}

export function evalCommand(): Command {
  const command = new Command('eval')
    .description('run a graph for its metrics: each item, mean and deviation; gates for CI')
    .argument('<graph>', 'path of a graph file, or name of an official graph')
    .option(
      '--items <list>',
      'how many from the first, or names, places and ranges: 20 or 0,3..5',
      countOrItems,
    )
    .option('--seeds <list>', 'a run for each, such as 0,1,2 (default: 0)', seedsOf)
    .option(...SET_OPTION, collect)
    .option('--out <folder>', 'folder of the evaluation (default: runs/eval-GRAPH-TIME)')
    .option('--engine <name>', 'what computes; `gan2shape doctor` lists them (default: auto)')
    .option('--threads <count>', 'threads of one operator on the CPU (default: every core)', numberOf)
    .option('--jobs <count>', 'runs at once, each in a process of its own (default: 1)', numberOf)
    .option('--max-side <number>', 'gate: greatest mean SIDE, times 100 as in the table', numberOf)
    .option('--max-mad <degrees>', 'gate: greatest mean MAD', numberOf)
    .option('--baseline <file>', 'gate: an earlier evaluation.json that must not be worse')
    .option('--tolerance <share>', 'by how much it may be worse (default: 0.05)', numberOf)
    .option('--markdown <file>', 'write the table as Markdown')
    .option('--junit <file>', 'write items and gates as JUnit XML')
    .option('--plain', 'one line an event instead of the dashboard')
    .option(...NODES_OPTION, collect)
    .addHelpText(
      'after',
      `
The same command with the same --out goes on with what is not finished. Exit codes: 3 a gate is missed, 1 an item has
no result. docs/evaluation.md defines the metrics.

Examples:
  $ gan2shape eval graphs/examples/fit-image.json
  $ gan2shape eval synface --items 20 --seeds 0,1,2 --jobs 2 --out runs/table
  $ gan2shape eval synface --items 5 --max-side 0.8 --max-mad 17 --junit eval.xml
  $ gan2shape eval my.json --out runs/mine --baseline runs/table/evaluation.json --tolerance 0.02`,
    );
  return action<EvalOptions>(command, ([graph = ''], options) => evaluateGraph(command, graph, options));
}

async function evaluateGraph(command: Command, graph: string, options: EvalOptions): Promise<number> {
  const { json = false, plain = false } = options;
  const plan = await planEvaluation({ ...options, graph });
  const gateOptions = await gateOptionsOf(options);
  checkGates(gateOptions, plan);
  const { markdown, junit } = options;
  for (const file of [markdown, junit]) if (file !== undefined) expectWritable(file);
  const goOn = commandLine(command, {
    out: shortPath(plan.out),
    ...(options.items !== undefined && { items: String(options.items) }),
    ...(options.seeds && { seeds: String(options.seeds) }),
  });
  const say = json ? () => undefined : print;
  try {
    const evaluation = await carryOut(plan, { json, plain, goOn, say });
    const judgement = judge(gateOptions, evaluation);
    if (markdown !== undefined) await write(markdown, evaluationMarkdown(evaluation, judgement));
    if (junit !== undefined) await write(junit, junitXml(evaluation, judgement.gates));
    const missing = missingResults(evaluation);
    if (json) print(JSON.stringify({ kind: 'evaluation', ...evaluation, missing, ...judgement }));
    else {
      print(`\n${evaluationText(evaluation, judgement)}`);
      print(`\nValues in ${shortPath(join(plan.out, 'evaluation.json'))}`);
    }
    if (missing.length > 0) return EXIT.failed;
    return judgement.gates.every(({ held }) => held) ? EXIT.fine : EXIT.gate;
  } catch (cause) {
    if (cause instanceof EvaluationStopped) return cause.code;
    throw cause;
  }
}

async function gateOptionsOf({ maxSide, maxMad, baseline, tolerance }: EvalOptions): Promise<GateOptions> {
  return {
    ...(maxSide !== undefined && { maxSide }),
    ...(maxMad !== undefined && { maxMad }),
    ...(baseline !== undefined && { baseline: readEvaluation(baseline) }),
    ...(tolerance !== undefined && { tolerance }),
  };
}

const write = (file: string, text: string) => writeFileAtomic(file, [Buffer.from(text)]);

function countOrItems(text: string): number | string[] {
  // 000001 is the name of a face, not one item
  return /^(0|[1-9]\d*)$/.test(text) ? Number(text) : namesOf(text);
}

const seedsOf = (text: string): number[] => text.split(',').map(numberOf);
