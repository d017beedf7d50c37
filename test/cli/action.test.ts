import { expect, it } from 'vitest';
import { columns } from '../../cli/action.ts';

it('columns are as wide as their widest cells, in more rows than a call takes arguments', () => {
  expect(columns([['a', 'bb', 'c'], ['aaa', '', 'c'], ['a']])).toBe('a    bb  c\naaa      c\na');
  const lines = columns(Array.from({ length: 200_000 }, (_, i) => [`${i}`, 'x'])).split('\n');
  expect([lines[0], lines.at(-1)]).toEqual(['0       x', '199999  x']);
});
