import { expect, it } from 'vitest';
import { judge } from '../../../cli/eval/gates.ts';
import { junitXml } from '../../../cli/eval/junit.ts';
import { evaluationMarkdown } from '../../../cli/eval/report.ts';
import { evaluationOf } from './sample.ts';
import { parseXml } from './xml.ts';

const nasty = 'a<b>&"c\'\u0000\u001b[31m\ud800\n]]>';

it('has a test case for each item and each gate', () => {
  const evaluation = evaluationOf([
    { good: [0.008, 15], [nasty]: 'failed' },
    { good: [0.01, 17], [nasty]: [0.01, null] },
  ]);
  const root = parseXml(junitXml(evaluation, judge({ maxSide: 0.1, maxMad: 20 }, evaluation).gates));
  expect(root).toMatchObject({
    tag: 'testsuites',
    attributes: { tests: '4', failures: '2', errors: '1', time: '3.000' },
  });
  const [items, gates] = root.children;
  expect(items?.attributes).toMatchObject({ name: 'faces', tests: '2', errors: '1', failures: '0' });
  const [good, failed] = items?.children ?? [];
  expect(good?.attributes).toEqual({ classname: 'faces', name: 'good' });
  expect(good?.children.map(({ tag }) => tag)).toEqual(['system-out']);
  expect(good?.children[0]?.text).toContain('SIDE ×10² ↓: 0.900 ± 0.141\nMAD ° ↓: 16.00 ± 1.41');
  expect(failed?.attributes.name).toBe('a<b>&"c\'\ufffd\ufffd[31m\ufffd\n]]>');
  expect(failed?.children[0]).toMatchObject({
    tag: 'error',
    attributes: { message: 'seed 0: no picture [source-failed]' },
    text: 'seed 0: no picture [source-failed]\nseed 1: MAD is not a number',
  });
  expect(gates?.children).toHaveLength(2);
  expect(gates?.children[0]?.children[0]).toMatchObject({
    tag: 'failure',
    attributes: { message: expect.stringMatching(/^SIDE ×10² at most 0.100: is .*; missed by/) },
  });
});

it('without gates there is one suite', () => {
  const root = parseXml(junitXml(evaluationOf([{ a: [0.008, 15] }]), []));
  expect(root.children.map(({ attributes }) => attributes.name)).toEqual(['faces']);
});

it('Markdown stays Markdown', () => {
  const evaluation = { ...evaluationOf([{ [nasty]: 'failed', 'a`b': [0.01, 1] }]), set: ['settings.x="`"'] };
  const text = evaluationMarkdown(evaluation, judge({ maxMad: 2 }, evaluation));
  expect(text).toContain('- `` settings.x="`" ``\n');
  expect(text).toMatch(/^- ✗ MAD ° at most 2.00: is 1.00; cannot hold/m);
  expect(text.split('\n').filter((line) => line.startsWith('| '))).toHaveLength(5);
});
