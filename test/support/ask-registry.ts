/** Asks a programmed registry with our client and returns our verdict. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRegistryClient } from '../../src/registry/registry-client.ts';
import { parseImage } from '../../src/secret/image.ts';
import { assignLogin } from '../../src/verify/login-permission.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import { fakeIo } from './io.ts';
import { type ProgrammedRegistries, type Seen, startProgrammedRegistries } from './programmed-registry.ts';
import { startHttpProxy } from './proxies.ts';
import { IMAGE, LOGINS, type LoginName, type RegistryProgram } from './registry-program.ts';

export interface AskedRegistry {
  readonly verdict: Verdict;
  readonly seen: Seen;
}

export interface Asker {
  readonly registries: ProgrammedRegistries;
  ask(program: RegistryProgram, login: LoginName, withImage: boolean): Promise<AskedRegistry>;
  close(): Promise<void>;
}

/** Host names resolve to this machine. Registries with TLS are reached through a proxy, as from a company network. */
export async function startAsker(): Promise<Asker> {
  const [registries, proxy] = await Promise.all([startProgrammedRegistries(), startHttpProxy()]);
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-registries-'));
  const registryCa = join(folder, 'ca.crt');
  writeFileSync(registryCa, registries.authority);

  async function ask(program: RegistryProgram, login: LoginName, withImage: boolean): Promise<AskedRegistry> {
    const server = registries.host(program);
    const io = fakeIo({ env: program.tls ? { HTTPS_PROXY: `http://${proxy.address}` } : {} });
    // Everything answers at once, but the machine may be busy.
    const flags = { timeout: '300s', ...(program.tls ? { registryCa } : {}) };
    const client = await createRegistryClient(flags, { from: 'person' }, io, async () => ['127.0.0.1']);
    const image = withImage ? parseImage(`${server}/${IMAGE}:v1`) : undefined;
    const assigned = assignLogin(LOGINS[login], { key: server, owner: 'person', image });
    const verdict = await client.verify({ server, login: login === 'none' ? undefined : assigned, image });
    client.close();
    return { verdict, seen: registries.seen(server) };
  }

  return {
    registries,
    ask,
    async close() {
      rmSync(folder, { recursive: true, force: true });
      registries.close();
      await proxy.close();
    },
  };
}
