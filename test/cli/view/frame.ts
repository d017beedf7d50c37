import { stripVTControlCharacters } from 'node:util';
import type { render } from 'ink-testing-library';

/** What a rendered view shows and how its keys are pressed. */
export function frameOf(app: ReturnType<typeof render>) {
  return {
    lines: () => stripVTControlCharacters(app.lastFrame() ?? '').split('\n'),
    press: async (key: string) => {
      app.stdin.write(key);
      // a busy machine may let a single timer pass before React has drawn
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
}
