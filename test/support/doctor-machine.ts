/**
 * A machine on which a user pastes the commands that `why` proposes. It has regsecret, kubectl, and a docker config with good
 * logins.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { api, cluster, janedoe, sharedRegistries, waitFor } from '../environment/use.ts';
import { pathOf } from './attach-world.ts';
import { artefact, execute } from './program.ts';

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A docker config entry with user name and password. */
export const login = (username: string, password: string): object => ({ auth: base64(`${username}:${password}`) });
export const good = login(janedoe.username, janedoe.password);
export const wrong = login(janedoe.username, 'wrong');

/** The same registry by its other name. */
export const local = (host: string): string => host.replace('127.0.0.1', 'localhost');

export interface PasteOptions {
  readonly kubeconfig?: string;
  /** The value of KUBE_EDITOR. */
  readonly editor?: string | undefined;
}

/**
 * Runs a command without a terminal, so that it does not prompt. janedoe is logged in to the registry `host` and to the usual
 * ones.
 */
export async function paste(command: string, host: string, options: PasteOptions = {}): Promise<void> {
  const { kubeconfig = cluster().kubeconfig, editor = 'false' } = options;
  const env = { ...machine(host), KUBECONFIG: kubeconfig, KUBE_EDITOR: editor };
  const ran = await execute(['sh', '-ec', command], { env });
  expect(ran.code, `${command}\n${ran.stderr}`).toBe(0);
}

function machine(host: string): Record<string, string> {
  const folder = mkdtempSync(join(cluster().home, 'machine-'));
  const script = (name: string, words: readonly string[]): void => {
    writeFileSync(join(folder, name), `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`, { mode: 0o755 });
  };
  script('regsecret', artefact());
  script('kubectl', [cluster().bin.kubectl]);
  return { PATH: `${folder}:${process.env.PATH}`, ...loggedIn(host) };
}

/** Writes a docker config with the logins of janedoe. */
export function loggedIn(host: string): { readonly DOCKER_CONFIG: string } {
  const folder = mkdtempSync(join(cluster().home, 'logins-'));
  const hosts = [host, local(host), local(sharedRegistries().basic.host), 'r.example'];
  const auths = Object.fromEntries([...hosts, 'https://index.docker.io/v1/'].map((server) => [server, good]));
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths }), { mode: 0o600 });
  return { DOCKER_CONFIG: folder };
}

interface PodStatus {
  readonly containerStatuses?: readonly { readonly ready: boolean }[];
  readonly ephemeralContainerStatuses?: readonly { readonly state: { readonly running?: object } }[];
}

/** Waits for a pod of the situation with all its containers running, and returns its name. */
export async function runningPod(namespace: string): Promise<string> {
  const path = `${pathOf('Pod', namespace)}?labelSelector=app%3Dweb`;
  const running = async (): Promise<string | undefined> => {
    const { items } = (await api('GET', path)).body;
    const ready = items.find(
      (pod: { metadata: { deletionTimestamp?: string }; status: PodStatus }) =>
        pod.metadata.deletionTimestamp === undefined &&
        pod.status.containerStatuses?.every((status) => status.ready) === true &&
        (pod.status.ephemeralContainerStatuses ?? []).every(({ state }) => state.running !== undefined),
    );
    return ready?.metadata.name;
  };
  return waitFor(running, { what: `a pod in ${namespace} to run`, deadlineMs: 90_000, everyMs: 200 });
}
