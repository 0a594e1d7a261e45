/** Service accounts with what `rbac` prints for a command line, with and without its policy. */

import { type ApiAnswer, createApiClient } from '../environment/api-client.ts';
import { atFileEnd } from '../environment/file-end.ts';
import { api, cluster, kubeconfigFor, waitFor } from '../environment/use.ts';
import { freshName, newAccount, regsecretIn } from './attach-world.ts';
import type { Rule } from './user.ts';

interface Printed {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly Rule[];
}

export interface Account {
  readonly name: string;
  readonly kubeconfig: string;
  /** The rules of its role. */
  readonly rules: readonly Rule[];
  /** Sends one request as the account, with a token of its own. */
  ask(method: string, path: string, body?: object, contentType?: string): Promise<ApiAnswer>;
}

const leftovers: (() => Promise<unknown>)[] = [];
atFileEnd(async () => {
  for (const remove of leftovers.splice(0)) await remove();
});

/** A request that the role allows and the policy refuses. */
export type Probe = readonly [method: string, path: string, body: object, contentType?: string];

const otherSecret = (home: string): Probe => [
  'POST',
  `/api/v1/namespaces/${home}/secrets`,
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'probe' },
    type: 'kubernetes.io/dockercfg',
    stringData: { '.dockercfg': '{}' },
  },
];

/** A new account in `home` with the rights for `line`, and with the policy if `flag` is `--guard`. */
export async function accountFor(
  home: string,
  line: readonly string[],
  flag?: '--guard',
  probe = otherSecret(home),
): Promise<Account> {
  const name = freshName('account');
  await newAccount(home, {}, name);
  const printed = await regsecretIn(home, [
    'rbac',
    ...(flag ? [flag] : []),
    '--for',
    `sa/${name}`,
    '--name',
    name,
    '-o',
    'json',
    ...line,
  ]);
  if (printed.code !== 0) throw new Error(printed.stderr);
  const objects: readonly Printed[] = JSON.parse(printed.stdout).items;
  for (const object of objects) {
    const answer = await api('POST', pathOf(object), object);
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    leftovers.push(() => api('DELETE', `${pathOf(object)}/${object.metadata.name}`));
  }
  const { token } = (await api('POST', `/api/v1/namespaces/${home}/serviceaccounts/${name}/token`, { spec: {} })).body
    .status;
  const { server, caFile } = cluster();
  const client = createApiClient({ server, caFile, token });
  leftovers.push(async () => client.close());
  const ask: Account['ask'] = (method, path, body, contentType = 'application/json') =>
    client.request(method, path, body, { 'content-type': contentType });
  const [method, path, body, type] = probe;
  const isThere = async () => {
    const answer = await ask(method, `${path}?dryRun=All`, body, type);
    return flag ? isPolicy(answer) : answer.status < 300;
  };
  await waitFor(isThere, { what: `the rights${flag ? ' and the policy' : ''} of ${name}`, everyMs: 20 });
  return { name, ask, kubeconfig: kubeconfigFor({ token }), rules: objects.flatMap(({ rules = [] }) => rules) };
}

/** Whether a policy refuses, and not the role. */
export function isPolicy({ status, body }: ApiAnswer): boolean {
  return status === 403 && `${body.message}`.includes('ValidatingAdmissionPolicy');
}

function pathOf({ apiVersion, kind, metadata: { namespace } }: Printed): string {
  const plural = kind.endsWith('y') ? `${kind.toLowerCase().slice(0, -1)}ies` : `${kind.toLowerCase()}s`;
  return `/apis/${apiVersion}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${plural}`;
}
