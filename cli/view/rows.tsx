import { Box, Transform } from 'ink';
import { createContext, type JSX, useContext } from 'react';
import { clip } from './row.ts';
import type { RowBook } from './row-book.ts';

/** Where the rows of a frame are kept until it is written; without one they go through Ink itself, slowly. */
export const RowBookContext = createContext<RowBook | undefined>(undefined);

/**
 * Rows of text that are composed already. Ink remembers each text that it measures for as long as the process lives,
 * and takes coloured text apart character by character for each frame. So it lays out a blank, which is always the
 * same, and carries one mark a row; the rows take the marks' places when the frame is written.
 */
export function Rows(props: {
  readonly rows: readonly string[];
  readonly width: number;
  readonly height: number;
}): JSX.Element | null {
  const { rows, width, height } = props;
  const book = useContext(RowBookContext);
  if (width < 1 || height < 1) return null;
  const blank = Array.from({ length: height }, () => ' '.repeat(width)).join('\n');
  const write = (index: number) => {
    const row = clip(rows[index] ?? '', width);
    return book && row !== '' ? book.mark(row) : row;
  };
  return (
    <Box width={width} height={height} flexShrink={0}>
      <Transform transform={(_blank, index) => write(index)}>{blank}</Transform>
    </Box>
  );
}
