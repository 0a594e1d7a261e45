/** The demo on an API server from the programs of setup-envtest, which `KUBEBUILDER_ASSETS` names. */
import { delimiter, join } from 'node:path';
import { startSupervisor } from '../environment/supervisor.ts';
import { shortPlay } from './short-play.ts';

const supervisor = await startSupervisor();
process.once('SIGINT', () => void supervisor.close().then(() => process.exit(130)));
try {
  const { cluster } = await supervisor.small();
  const env = {
    PATH: [process.env.KUBEBUILDER_ASSETS, process.env.PATH].join(delimiter),
    HOME: join(cluster.folder, 'home'),
    KUBECONFIG: cluster.kubeconfig,
  };
  shortPlay({ env, makesAccount: true, print: (text) => process.stdout.write(text) });
} finally {
  await supervisor.close();
}
