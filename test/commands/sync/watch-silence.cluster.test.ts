/**
 * `sync --watch` in a network that silently drops connections, while a proxy or a kernel still answers keep-alive probes.
 * With the executable, too: HTTP.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cluster, kubeconfigFor, newNamespace, waitFor } from '../../environment/use.ts';
import { artefact } from '../../support/program.ts';
import { startHttpProxy, startSocksProxy } from '../../support/proxies.ts';
import { startSilentNetwork } from '../../support/silent-network.ts';
import { newFleet, secretIn } from '../../support/sync-world.ts';
import { startWatch } from '../../support/watch-world.ts';

interface Way {
  readonly proxy?: string | undefined;
  close(): Promise<void>;
}

async function throughHttp(): Promise<Way> {
  const { address, close } = await startHttpProxy();
  return { proxy: `http://${address}`, close };
}

async function throughSocks(): Promise<Way> {
  const { address, close } = await startSocksProxy();
  return { proxy: `socks5://${address}`, close };
}

/** The administrator's kubeconfig, with `server` behind `proxy`. */
function kubeconfigBehind(server: string, proxy: string | undefined): string {
  const path = kubeconfigFor({ server, certificate: cluster().admin });
  const config = JSON.parse(readFileSync(path, 'utf8'));
  Object.assign(config.clusters[0].cluster, { 'proxy-url': proxy });
  writeFileSync(path, JSON.stringify(config));
  return path;
}

const program = artefact()[0].includes('regsecret') ? 'the executable' : 'the npm package';

describe.concurrent(`what is open stays open, and nothing passes any more, with ${program}`, () => {
  test.each<[way: string, open: () => Promise<Way>, sentence: RegExp]>([
    ['directly', async () => ({ close: async () => undefined }), /the watch of \w+ has been silent for 20 s/],
    ['through the tunnel of an HTTP proxy', throughHttp, /the watch of \w+ has been silent for 20 s/],
    ['through a SOCKS proxy', throughSocks, /the watch of \w+ has been silent for 20 s/],
  ])('%s: a namespace that is made then is served', { timeout: 120_000 }, async (_, open, sentence) => {
    // Each row has its own fleet, because otherwise the watch of another row would serve it.
    const [fleet, way, network] = await Promise.all([newFleet(1), open(), startSilentNetwork()]);
    try {
      const kubeconfig = kubeconfigBehind(network.server, way.proxy);
      const watch = await startWatch(fleet.home, ['-l', `fleet=${fleet.prefix}`], { kubeconfig });
      const served = async (deadlineMs: number): Promise<void> => {
        const born = await newNamespace({ labels: { fleet: fleet.prefix } });
        await waitFor(async () => (await secretIn(born)) !== undefined, { what: 'the copy', deadlineMs });
      };
      // The first pass does not wait for the watches. A later change is noticed only once they are open.
      await served(20_000);
      network.forget();
      // Less than the 90 s after which a watch without bookmarks is abandoned.
      await served(60_000);
      await watch.says(sentence);
      expect(await watch.end()).toBe(0);
    } finally {
      await Promise.all([way.close(), network.close()]);
    }
  });
});
