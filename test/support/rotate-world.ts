/** Shared by the tests of `rotate`: stored Secrets, the run, and its closing messages. */
import { api } from '../environment/use.ts';
import { created, freshName, regsecretIn } from './attach-world.ts';
import { CANARY } from './canary.ts';

export const base64 = (text: string): string => Buffer.from(text).toString('base64');
export const auth = (user: string, password: string) => ({ auth: base64(`${user}:${password}`) });
/** Printed at the end, unless Secrets are chosen by name. */
export const labelledAnd = (home: string) =>
  `checked: pull secrets in namespaces with these labels and in ${home} (-A instead of -l: all namespaces)\n`;
/** Where no other namespace is selected: how copies of `name` get the login, and what was checked. */
export const othersIn = (namespace: string, name = 'pull') =>
  `hint: update copies in other namespaces: regsecret sync ${name} -n ${namespace} --to NAMESPACES\n` +
  `checked: pull secrets in ${namespace} (-A: all namespaces)\n`;
export const OLD = auth('ci', `${CANARY}-old`);
export const NEW = { username: 'ci', password: CANARY, auth: base64(`ci:${CANARY}`) };
/** A host that no other test uses, so that a test may look at all namespaces. */
export const freshHost = (): string => `${freshName('r')}.example.com`;

export interface Put {
  readonly name?: string;
  readonly metadata?: object;
  readonly auths?: object;
  /** The exact payload, where its bytes matter. */
  readonly text?: string;
  readonly rest?: object;
}

export async function put(
  namespace: string,
  { name = 'pull', metadata = {}, auths, text, rest = {} }: Put,
): Promise<void> {
  await created(`/api/v1/namespaces/${namespace}/secrets`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, ...metadata },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': base64(text ?? JSON.stringify({ auths })) },
    ...rest,
  });
}

interface Stored {
  readonly metadata: { readonly resourceVersion: string; readonly annotations?: Record<string, string> };
  readonly data: Record<string, string>;
}

export async function stored(namespace: string, name = 'pull'): Promise<Stored> {
  return (await api('GET', `/api/v1/namespaces/${namespace}/secrets/${name}`)).body as unknown as Stored;
}

export async function payload(namespace: string, name = 'pull'): Promise<string> {
  return Buffer.from((await stored(namespace, name)).data['.dockerconfigjson'] ?? '', 'base64').toString();
}

export const auths = async (namespace: string, name?: string) => JSON.parse(await payload(namespace, name)).auths;

/** Rotates to the new login of `ci` without asking a registry. */
export function rotate(
  namespace: string,
  host: string,
  args: readonly string[] = [],
  options: { kubeconfig?: string; tty?: boolean } = {},
) {
  const login = ['--server', host, '--username', 'ci', '--password-stdin', '--no-verify'];
  const env = { OLD: `${CANARY}-old` };
  return regsecretIn(namespace, ['rotate', ...args, ...login], { stdin: CANARY, env, ...options });
}

const MANAGED = { 'app.kubernetes.io/managed-by': 'regsecret' };
export const copyOf = (source: string) => ({ labels: MANAGED, annotations: { 'regsecret/source': source } });
