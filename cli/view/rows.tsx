import { Box, Transform } from 'ink';
import type { JSX } from 'react';
import { clip } from './row.ts';

/**
 * Rows of text that are composed already. Ink measures every text it meets and remembers it for as long as the
 * process lives; here it always measures the same blank, and the rows take its place when the frame is written.
 */
export function Rows(props: {
  readonly rows: readonly string[];
  readonly width: number;
  readonly height: number;
}): JSX.Element | null {
  const { rows, width, height } = props;
  if (width < 1 || height < 1) return null;
  const blank = Array.from({ length: height }, () => ' '.repeat(width)).join('\n');
  return (
    <Box width={width} height={height} flexShrink={0}>
      <Transform transform={(_blank, index) => clip(rows[index] ?? '', width)}>{blank}</Transform>
    </Box>
  );
}
