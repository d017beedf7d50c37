export type { Controls } from './controls.ts';
export { type OpenViewOptions, openView } from './open.tsx';
export { suitableMode, type ViewMode } from './present.ts';
export { EMPTY_VIEW, type RunView } from './run-view.ts';
export { type OpenRunsOptions, openRunsView } from './several/open.tsx';
export type { EventOfRun } from './several/state.ts';
export { runView } from './state.ts';
