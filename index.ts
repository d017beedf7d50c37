export * from './runtime/engine/index.ts';
