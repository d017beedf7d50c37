import { Type } from 'typebox';
import { lpipsNode } from '../../../../nodes/loss/lpips.ts';
import { checkpointFile, defineNode } from '../../../../runtime/node.ts';
import { hashedLpips } from '../../cases/lpips.ts';
import { GoldenCase } from '../../fixture.ts';

/** loss/lpips with the weights of a case of fixtures: VGG16 filled by hash, the heads stored. */
export const lpips = defineNode({
  ...lpipsNode,
  type: 'golden/lpips',
  params: Type.Object({ ...lpipsNode.params.properties, checkpoint: checkpointFile('Folder of the case') }),
  load: async ({ params, context }) => hashedLpips(new GoldenCase(context.resolve(params.checkpoint))),
});
