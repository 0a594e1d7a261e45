/**
 * The machine of an operator, who is logged in to registries, and pastes into a shell whatever regsecret proposes. The logins have
 * a password of their own, so that it can be seen where it went.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { api, cluster, kubeconfigFor } from '../environment/use.ts';
import { CANARY } from './canary.ts';
import { here, type RanHere } from './here.ts';
import { artefact, execute } from './program.ts';
import { collectJson, collectText, type Proposed } from './tenant-commands.ts';

/** The password of the operator's own logins. */
export const OPERATOR = `${CANARY}-operator`;

export interface OperatorMachine {
  /** Runs a command line, and keeps the commands that it proposes, in text and in JSON. */
  run(args: readonly string[]): Promise<RanHere>;
  /**
   * Runs everything that was proposed and not yet run as it was printed, each line in a shell of its own, and returns the lines. What
   * is about other namespaces than these is left: other tests use the cluster, too.
   */
  paste(namespaces: readonly string[]): Promise<string[]>;
  /** The pasted lines that needed a terminal, each with its errors: no line says what has to be piped in. */
  readonly stuck: readonly string[];
}

/** `hosts` are the registries that the operator is logged in to, and `home` is the namespace of the context. */
export function operatorMachine(hosts: readonly string[], home: string): OperatorMachine {
  const folder = mkdtempSync(join(cluster().home, 'operator-'));
  const script = (name: string, words: readonly string[]): void => {
    writeFileSync(join(folder, name), `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`, { mode: 0o755 });
  };
  script('regsecret', artefact());
  script('kubectl', [cluster().bin.kubectl]);
  // Would wait for a person.
  script('vi', ['true']);
  const login = { auth: Buffer.from(`operator:${OPERATOR}`).toString('base64') };
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({ auths: Object.fromEntries(hosts.map((host) => [host, login])) }),
  );
  const env = {
    PATH: `${folder}:${process.env.PATH}`,
    DOCKER_CONFIG: folder,
    KUBECONFIG: kubeconfigFor({ certificate: cluster().admin, namespace: home }),
    KUBE_EDITOR: 'true',
  };
  const proposed: Proposed = new Map();
  const done = new Set<string>();
  const stuck: string[] = [];
  return {
    async run(args) {
      const ran = await here(args, { env });
      collectText(ran.stdout, proposed);
      collectText(ran.stderr, proposed);
      if (args.includes('json') && ran.stdout !== '') collectJson(JSON.parse(ran.stdout), proposed);
      return ran;
    },
    async paste(namespaces) {
      const lines = [...proposed.keys()].filter(
        (line) => !done.has(line) && !isEndless(line) && isAbout(line, namespaces),
      );
      for (const line of lines) {
        done.add(line);
        const { code, stderr } = await execute(['sh', '-c', line], { env, cwd: folder });
        if (needsTerminal(line, stderr, code)) stuck.push(`${line}: ${code} ${stderr}`);
      }
      return lines;
    },
    stuck,
  };
}

/** Whether a line failed because it was pasted where no terminal is, and does not have the flag that reads stdin. */
function needsTerminal(line: string, stderr: string, code: number | null): boolean {
  const isUsage = code === 2 && line.startsWith('regsecret');
  return (
    !line.includes('--password-stdin') &&
    (isUsage || /terminal|but no password|USER stands|none is chosen/.test(stderr))
  );
}

/** Whether every namespace in the line is one of these. */
function isAbout(line: string, namespaces: readonly string[]): boolean {
  const named = [...line.matchAll(/ -n ([^ ]+)/g)].map(([, one = '']) => one);
  return named.length > 0 && named.every((one) => namespaces.includes(one));
}

/** Whether the command waits until somebody stops it. It changes nothing. */
function isEndless(line: string): boolean {
  return / --watch\b| rollout status /.test(line);
}

/** The Secrets of these namespaces that hold a login of the operator, as `NAMESPACE/NAME`. */
export async function holders(namespaces: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    namespaces.map(async (namespace) => {
      const { items } = (await api('GET', `/api/v1/namespaces/${namespace}/secrets`)).body;
      const held = items.filter((item: StoredSecret) => textIn(item).includes(OPERATOR));
      return held.map(({ metadata }: StoredSecret) => `${namespace}/${metadata.name}`);
    }),
  );
  return found.flat();
}

interface StoredSecret {
  readonly metadata: { readonly name: string };
  readonly data?: object;
}

/** All of the Secret, decoded down to the passwords. */
function textIn({ data = {}, ...rest }: StoredSecret): string {
  const values = Object.values(data).map((value) => Buffer.from(value, 'base64').toString());
  const auths = values.flatMap((text) => [...text.matchAll(/"auth":\s*"([^"]*)"/g)]);
  const logins = auths.map(([, auth = '']) => Buffer.from(auth, 'base64').toString());
  return [JSON.stringify(rest), ...values, ...logins].join('\n');
}
