import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  APPEARANCE,
  EXPRESSION,
  IDENTITY,
  LIGHT,
  POSE,
  type Spread,
} from '../../runtime/faces/parameters.ts';

const text = readFileSync(new URL('../../docs/faces.md', import.meta.url), 'utf8');
const TABLES = { IDENTITY, EXPRESSION, APPEARANCE, POSE, LIGHT };

it.each(Object.keys(TABLES) as (keyof typeof TABLES)[])(
  'docs/faces.md gives the parameters of %s',
  (table) => {
    for (const [name, { mean, deviation, unit, description }] of Object.entries<Spread>(TABLES[table])) {
      expect(text).toContain(`| \`${name}\` | ${mean} | ${deviation} |`);
      expect(text).toContain(`| ${unit} | ${description} |`);
    }
  },
);
