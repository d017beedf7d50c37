import { describe, expect, it } from 'vitest';
import { parseDimension } from '../../runtime/graph/dimension.ts';
import { kindsAgree, parseTensorType } from '../../runtime/graph/port.ts';
import { unifyShapes } from '../../runtime/graph/shapes.ts';

type End = [type: string, node: string, params?: { readonly [name: string]: unknown }];

function conflicts(...pairs: [given: End, taken: End][]) {
  const end = ([type, node, params = {}]: End) => ({
    type: parseTensorType(type),
    scope: { node, params },
    instance: `${node} ${type}`,
  });
  return unifyShapes(pairs.map(([given, taken], link) => ({ given: end(given), taken: end(taken), link })));
}

describe('unification of shapes', () => {
  it.each<[string, End, End]>([
    ['equal numbers', ['image[2,3]', 'a'], ['image[2,3]', 'b']],
    ['a name and a number', ['image[2,3]', 'a'], ['image[B,C]', 'b']],
    ['a parameter', ['image[$n]', 'a', { n: 4 }], ['image[4]', 'b']],
    ['half of a parameter', ['image[$n/2]', 'a', { n: 6 }], ['image[3]', 'b']],
    ['a multiple', ['image[6]', 'a'], ['image[2*S]', 'b']],
    ['a sum', ['image[7]', 'a'], ['image[2*S+1]', 'b']],
    ['thirds', ['image[$n/3*3]', 'a', { n: 5 }], ['image[5]', 'b']],
    ['any rank', ['image[1,2,3]', 'a'], ['image[...]', 'b']],
    ['a stretch in the middle', ['image[5,1,2,3]', 'a'], ['image[B,...X,3]', 'b']],
    ['an empty stretch', ['image[5,3]', 'a'], ['image[B,...X,3]', 'b']],
    ['two open stretches', ['image[...,3]', 'a'], ['image[...X]', 'b']],
    ['a scalar', ['loss[]', 'a'], ['loss[]', 'b']],
    ['anything', ['image[7]', 'a'], ['image[_]', 'b']],
    ['unknowns on both sides', ['image[2*S]', 'a'], ['image[3*T]', 'b']],
    ['an unset parameter', ['image[$n]', 'a'], ['image[3]', 'b']],
  ])('accepts %s', (_, given, taken) => {
    expect(conflicts([given, taken])).toEqual([]);
  });

  it.each<[string, End, End, string]>([
    ['other numbers', ['image[2,3]', 'a'], ['image[2,4]', 'b'], 'axis 1 is 3 there and 4 here'],
    ['one name for two numbers', ['image[2,3]', 'a'], ['image[S,S]', 'b'], 'axis 1 is 3 there and 2 here'],
    ['an odd number for a double', ['image[5]', 'a'], ['image[2*S]', 'b'], 'axis 0 is 5 there and 2*S here'],
    ['nothing left', ['image[1]', 'a'], ['image[S+1]', 'b'], 'axis 0 is 1 there and S+1 here'],
    ['other ranks', ['image[1,2]', 'a'], ['image[A]', 'b'], 'rank 2 there and rank 1 here'],
    ['too low a rank', ['image[1]', 'a'], ['image[A,...,B]', 'b'], 'rank 1 there and rank 2 or more here'],
    [
      'too high a least rank',
      ['image[A,...,B]', 'a'],
      ['image[1]', 'b'],
      'rank 2 or more there and rank 1 here',
    ],
    ['the last axis', ['image[9,9,4]', 'a'], ['image[...X,3]', 'b'], 'axis -1 is 4 there and 3 here'],
  ])('refuses %s', (_, given, taken, reason) => {
    expect(conflicts([given, taken]).map((one) => one.reason)).toEqual([reason]);
  });

  it('carries dimensions along connections and explains a conflict by them', () => {
    const found = conflicts(
      [
        ['image[1,8]', 'source'],
        ['image[B,2*S]', 'half'],
      ],
      [
        ['image[B,S]', 'half'],
        ['image[...X]', 'copy'],
      ],
      [
        ['image[...X]', 'copy'],
        ['image[B,5]', 'end'],
      ],
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ link: 2, reason: 'axis 1 is 4 there and 5 here', given: 'image[1,4]' });
    expect([...(found[0]?.chain ?? [])].sort()).toEqual([0, 1]);
  });

  it('comes back to what could not be decided at first', () => {
    const found = conflicts(
      [
        ['image[2*S]', 'a'],
        ['image[3*T]', 'b'],
      ],
      [
        ['image[S]', 'a'],
        ['image[6]', 'c'],
      ],
      [
        ['image[T]', 'b'],
        ['image[5]', 'd'],
      ],
    );
    expect(found.map((one) => [one.link, one.reason])).toEqual([[0, 'axis 0 is 12 there and 15 here']]);
  });

  it('decides products once their factors are known', () => {
    const pairs = (n: string): [End, End][] => [
      [
        ['float[H*W]', 'flat'],
        [`float[${n}]`, 'end'],
      ],
      [
        ['float[3,4]', 'source'],
        ['float[H,W]', 'flat'],
      ],
    ];
    expect(conflicts(...pairs('12'))).toEqual([]);
    expect(conflicts(...pairs('13'))).toHaveLength(1);
  });

  it('keeps names of different nodes apart', () => {
    expect(
      conflicts(
        [
          ['image[S]', 'a'],
          ['image[3]', 'x'],
        ],
        [
          ['image[S]', 'b'],
          ['image[4]', 'y'],
        ],
      ),
    ).toEqual([]);
  });

  it('refuses a shape that would contain itself', () => {
    expect(
      conflicts([
        ['image[...X,1]', 'a'],
        ['image[...X]', 'a'],
      ])[0]?.reason,
    ).toMatch(/contain itself/);
  });

  it('ends on thousands of doublings', () => {
    const pairs = Array.from({ length: 3000 }, (_, i): [End, End] => [
      ['image[2*S]', `n${i}`],
      ['image[S]', `n${i + 1}`],
    ]);
    expect(conflicts(...pairs)).toEqual([]);
  });
});

describe('port types', () => {
  it.each([
    ['image', /write kind\[dimensions\]/],
    ['imgae[B]', /did you mean image/],
    ['image[B,,3]', /is no dimension/],
    ['image[...,...]', /more than one/],
    ['image[...2]', /is no name/],
    ['image[2*]', /is no dimension/],
    ['image[(2]', /parenthesis/],
    ['image[2*_]', /alone/],
    ['image[B S]', /is no dimension/],
  ])('%s is refused', (text, reason) => {
    expect(() => parseTensorType(text)).toThrow(reason);
  });

  it('follow the usual precedence', () => {
    expect(parseDimension('1+2*$n')).toEqual({
      kind: 'binary',
      op: '+',
      left: { kind: 'number', value: 1 },
      right: {
        kind: 'binary',
        op: '*',
        left: { kind: 'number', value: 2 },
        right: { kind: 'parameter', name: 'n' },
      },
    });
  });

  it('connect by kind', () => {
    expect(kindsAgree('image', 'image')).toBe(true);
    expect(kindsAgree('float', 'depth')).toBe(true);
    expect(kindsAgree('depth', 'float')).toBe(true);
    expect(kindsAgree('int', 'any')).toBe(true);
    expect(kindsAgree('mask', 'image')).toBe(false);
    expect(kindsAgree('int', 'float')).toBe(false);
  });
});
