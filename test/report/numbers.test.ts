import { expect, it } from 'vitest';
import {
  formatCount,
  formatDate,
  formatNumber,
  formatSize,
  formatTime,
} from '../../runtime/report/numbers.ts';

it.each([
  [0, '0'],
  [0.034169901, '0.03417'],
  [83.0522, '83.05'],
  [-1.5, '−1.500'],
  [12345.678, '12346'],
  [0.00001234, '1.23×10⁻⁵'],
  [123456789, '1.23×10⁸'],
  [Number.NaN, '–'],
  [Number.POSITIVE_INFINITY, '–'],
])('formats %f as %s', (value, text) => expect(formatNumber(value)).toBe(text));

it('formats times, sizes, counts and dates', () => {
  expect([85.4, 7231, 724_000, 12_000_000, Number.NaN].map(formatTime)).toEqual([
    '85 ms',
    '7.2 s',
    '12 min 04 s',
    '3 h 20 min',
    '–',
  ]);
  expect([812, 4590, 458_836, 2.14e9].map(formatSize)).toEqual(['812 B', '4.6 kB', '459 kB', '2.1 GB']);
  expect(formatCount(1234567)).toBe('1\u202f234\u202f567');
  expect(formatDate(1_700_000_000_000)).toBe('2023-11-14 22:13 UTC');
  expect(formatDate(Number.NaN)).toBe('–');
});
