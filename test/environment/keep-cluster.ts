/** `npm run cluster` runs the test cluster until Ctrl-C; with `-- --node` also a node and its registries. */
import { setInterval } from 'node:timers';
import { parseArgs } from 'node:util';
import { missing } from './availability.ts';
import { startSupervisor } from './supervisor.ts';

const { values } = parseArgs({ options: { node: { type: 'boolean', default: false } } });
const wantsNode = values.node;
const unavailable = missing(wantsNode ? 'node' : 'cluster');
if (unavailable !== undefined) {
  console.error(`there can be no ${wantsNode ? 'node' : 'cluster'} here, because ${unavailable}`);
  process.exit(1);
}
const supervisor = await startSupervisor();
const { kubeconfig } = await supervisor.cluster();
if (wantsNode) {
  await supervisor.node();
  const { basic, publicImage } = await supervisor.registries();
  console.log(
    `# a registry with a login: ${basic.host}; a private image: ${basic.privateImage}; a public one: ${publicImage}`,
  );
}
console.log(`export KUBECONFIG=${kubeconfig}`);
console.log('# Ctrl-C ends it');
const alive = setInterval(() => undefined, 60_000);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    clearInterval(alive);
    void supervisor.close().then(() => process.exit(0));
  });
}
