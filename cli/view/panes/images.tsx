import { Box } from 'ink';
import type { JSX } from 'react';
import { GAP, type Grid, gridFor, type Size } from '../layout.ts';
import { cellsFor } from '../load-picture.ts';
import { spread, title } from '../row.ts';
import { Rows } from '../rows.tsx';
import type { RunView, ShownImage } from '../run-view.ts';
import type { ColourDepth, Style } from '../style.ts';
import { type Picture, usePictures } from '../use-pictures.ts';
import { clean, column, cut, widthOf } from '../width.ts';

/** The pane of images: all in a grid, or one large. */
export function Images(props: {
  readonly view: RunView;
  readonly size: Size;
  readonly focused: boolean;
  /** 0 shows all, `n` the nth image alone. */
  readonly preview: number;
  readonly folder: string;
  readonly depth: ColourDepth;
  readonly style: Style;
}): JSX.Element {
  const { view, size, focused, preview, folder, depth, style } = props;
  const chosen = preview > 0 ? view.images.slice(preview - 1, preview) : view.images;
  const grid = gridFor(chosen.length, { width: size.width, height: size.height - 1 });
  const images = chosen.slice(0, grid.shown);
  const pictures = usePictures(images, { folder, depth, columns: grid.columns, rows: grid.rows });
  const hidden = chosen.length - images.length;
  const remark = preview > 0 ? `${preview}/${view.images.length}` : hidden > 0 ? `${hidden} more: ←→` : '';
  return (
    <Box flexDirection="column" width={size.width} height={size.height} flexShrink={0}>
      <Rows rows={[title('images', size.width, style, { focused, remark })]} width={size.width} height={1} />
      {images.length === 0 && <Rows rows={[style.dim('  no images yet')]} width={size.width} height={1} />}
      {linesOf(images, grid.across).map((line) => (
        <Box key={line.map((image) => image.name).join('\n')} columnGap={GAP} flexShrink={0}>
          {line.map((image) => (
            <Rows
              key={image.name}
              rows={framed(image, pictures.get(image.name), grid, style)}
              width={grid.columns}
              height={grid.rows + 1}
            />
          ))}
        </Box>
      ))}
    </Box>
  );
}

/** The number of previews: all together, then each alone. */
export function previewCount(view: RunView): number {
  return view.images.length < 2 ? 1 : view.images.length + 1;
}

function framed(image: ShownImage, picture: Picture | undefined, grid: Grid, style: Style): string[] {
  const rows =
    picture?.fault === undefined
      ? (picture?.rows ?? [])
      : [style.red(cut(clean(picture.fault), grid.columns))];
  const name = clean(image.name);
  const step = style.dim(String(image.step));
  const tight = widthOf(name) + widthOf(step) + 1 > grid.columns;
  const caption = tight
    ? column(name, grid.columns)
    : spread(name, step, Math.max(cellsFor(image, grid).columns, widthOf(name) + widthOf(step) + 1));
  return [caption, ...rows];
}

function linesOf<T>(items: readonly T[], across: number): T[][] {
  const lines: T[][] = [];
  for (let i = 0; i < items.length; i += across) lines.push(items.slice(i, i + across));
  return lines;
}
