import { expect, it } from 'vitest';
import { gather } from '../../runtime/report/history.ts';
import { metricsTable } from '../../runtime/report/metrics-table.ts';
import { metric, started, timed } from './fake-run.ts';

function table(...events: Parameters<typeof timed>[0]): string | undefined {
  return metricsTable([...gather(timed([started(['a', 'b', 'c']), ...events])).items.values()])?.text;
}

it('shows SIDE in hundredths and MAD in degrees, these first, with mean ± standard deviation', () => {
  const text = table(
    metric('a', 'MSE', 0.5),
    metric('a', 'MAD', 10, { unit: '°' }),
    metric('a', 'SIDE', 0.9),
    metric('a', 'SIDE', 0.01),
    metric('b', 'SIDE', 0.03),
    metric('b', 'MAD', 20, { unit: '°' }),
  );
  const heads = [...(text ?? '').matchAll(/<th scope="col">(.*?)<\/th>/g)].map(([, head]) => head);
  expect(heads.map((head) => head?.replaceAll(/<[^>]*>/g, ''))).toEqual([
    'Item',
    'SIDE ×10² ↓lower is better',
    'MAD ↓°, lower is better',
    'MSE ↓lower is better',
  ]);
  expect(text).toContain('<th scope="row">a</th><td>1.000</td><td>10.00</td><td>0.5000</td>');
  expect(text).toContain('<th scope="row">b</th><td>3.000</td><td>20.00</td><td>–</td>');
  expect(text).toContain('mean ± s.d. of 2</th><td>2.000 ± 1.41</td><td>15.00 ± 7.07</td><td>0.5000</td>');
});

it('has no mean of one item, keeps the unit that a metric names, and is absent without metrics', () => {
  const text = table(metric('a', 'SIDE', 0.02, { unit: 'm', better: undefined }));
  expect(text).toContain('SIDE <small>m</small>');
  expect(text).toContain('<td>0.02000</td>');
  expect(text).not.toContain('mean');
  expect(table()).toBeUndefined();
});
