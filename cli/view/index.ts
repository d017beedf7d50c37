export type { Controls } from './controls.ts';
export { type OpenViewOptions, openView, suitableMode, type ViewMode } from './open.tsx';
export { EMPTY_VIEW, type RunView } from './run-view.ts';
export { runView } from './state.ts';
