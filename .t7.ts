import { loadRegistry } from './runtime/registry.ts';
let t=performance.now();
await loadRegistry(); console.log('first', performance.now()-t); t=performance.now();
await loadRegistry(); console.log('second', performance.now()-t);
