import { loadRegistry } from './runtime/registry.ts';
import { loadGraph, checkGraph, renderErrors, planGraph, graphSchema } from './runtime/graph/index.ts';
const registry = await loadRegistry({ builtIn: null, nodes: ['test/nodes-toy'] });
console.log(registry.types.map(t=>t.type).join(' '));
for (const set of [[], ['nodes.data.params.rows=0','settings.sise=3','nodes.net.params.features=2','nodes.opt.params.trian=[]','nodes.error.in.a=ent']]) {
const c = checkGraph(loadGraph('/tmp/try.json',{set}), registry);
console.log(c.graph ? JSON.stringify(c.graph.schedule,(k,v)=>v instanceof Map?[...v]:v) : renderErrors(c.errors));
if (c.graph) console.log(planGraph(c.graph).pull('opt').entries.map(e=>e.action+' '+e.node.name), c.graph.hash);
}
console.log(JSON.stringify(graphSchema(registry)).length);
