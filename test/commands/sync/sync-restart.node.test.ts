/** `sync --watch --restart` on a real node: a pod that is older than its service account's list gets the copy within seconds. */
import { expect, test } from 'vitest';
import { janedoe, kubectl, newNamespace } from '../../environment/use.ts';
import { newPullSecret } from '../../support/attach-world.ts';
import { make } from '../../support/doctor-world.ts';
import { type NodeGate, startNodeGate } from '../../support/node-gate.ts';
import { beginWatch } from '../../support/watch-world.ts';

test('the first Deployment of a namespace, whose pod fails only after its service account was patched', {
  timeout: 180_000,
}, async () => {
  const gates: NodeGate[] = [];
  const { namespace, host } = await make({
    kind: 'Deployment',
    host: async (behind) => {
      const gate = await startNodeGate(behind);
      gates.push(gate);
      gate.close();
      return gate.host;
    },
  });
  const home = await newNamespace({ serviceAccount: true });
  await newPullSecret(home, 'regsecret', host, janedoe);
  const watch = beginWatch(home, ['-l', `pulls=${namespace}`, '--attach', 'sa/default', '--restart']);
  await watch.says('0 namespaces');
  expect(await kubectl(['label', 'namespace', namespace, `pulls=${namespace}`])).toMatchObject({ code: 0 });
  await watch.says(new RegExp(`serviceaccount/default patched in ${namespace}`));
  gates[0]?.open();
  await watch.says(`deployment.apps/web restarted in ${namespace}\n`);
  const rolled = await kubectl(['rollout', 'status', 'deployment/web', '-n', namespace, '--timeout=60s']);
  expect(rolled.code, rolled.stderr).toBe(0);
  expect(await watch.end()).toBe(0);
  await gates[0]?.stop();
});
