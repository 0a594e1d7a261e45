/** Without a permission: the line for an administrator, pasted into a shell, is enough for the same command. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { api, cluster, kubeconfigFor, newNamespace, waitFor } from '../../environment/use.ts';
import { freshName, newAccount, newPullSecret, newWorkload } from '../../support/attach-world.ts';
import { prepareBin } from '../../support/documents.ts';
import { here } from '../../support/here.ts';
import { artefact, execute } from '../../support/program.ts';

const home = mkdtempSync(join(tmpdir(), 'regsecret-grant-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
let bin: string | undefined;

/** Runs `line` in a shell of the administrator. */
function paste(line: string) {
  bin ??= prepareBin(home, { regsecret: artefact(), kubectl: [cluster().bin.kubectl] });
  const env = { PATH: `${bin}:${process.env.PATH}`, HOME: home, KUBECONFIG: cluster().kubeconfig };
  return execute(['/bin/sh', '-c', line], { env });
}

interface Person {
  readonly kubeconfig: string;
  /** As the hint names it. */
  readonly subject: string;
  readonly flags?: readonly string[];
}

const LOGIN = '--server r.example --username jane --password-stdin --no-verify';

const user = async (namespace: string): Promise<Person> => {
  const name = freshName('jane');
  return { kubeconfig: kubeconfigFor({ user: name, namespace }), subject: `user/${name}` };
};
const oidcUser = async (namespace: string): Promise<Person> => {
  const name = `https://sso.example/#${freshName('jane')}@acme.com`;
  return { kubeconfig: kubeconfigFor({ user: name, namespace }), subject: `'user/${name}'` };
};
const serviceAccount = async (namespace: string): Promise<Person> => {
  const { metadata } = await newAccount(namespace);
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${metadata.name}/token`;
  const { body } = await api('POST', path, { spec: {} });
  const kubeconfig = kubeconfigFor({ token: body.status.token, namespace });
  return { kubeconfig, subject: `sa/${namespace}:${metadata.name}` };
};
/** Contexts are called alike on both machines, or the line is refused. */
const inContext = async (namespace: string): Promise<Person> => ({
  ...(await user(namespace)),
  flags: ['--context', 'test'],
});
const impersonated = async (): Promise<Person> => {
  const name = freshName('jane');
  return { kubeconfig: cluster().kubeconfig, subject: `user/${name}`, flags: ['--as', name] };
};

test.each<[string, (namespace: string) => Promise<Person>, string]>([
  ['list', user, 'list'],
  ['list of a user with an address', oidcUser, 'list'],
  ['list -A', user, 'list -A'],
  ['list in a context', inContext, 'list'],
  ['create', user, `create other ${LOGIN}`],
  ['create by a service account', serviceAccount, `create other ${LOGIN}`],
  ['attach', user, 'attach --serviceaccount default'],
  ['detach of all', user, 'detach --all-serviceaccounts --yes'],
  ['why', user, 'why deploy/web --offline'],
  ['sync', user, 'sync --to NAMESPACE-*'],
  ['rotate', user, `rotate ${LOGIN}`],
  ['delete -A', user, 'delete -A --yes --force'],
  ['what an administrator tries as someone else', impersonated, 'list -n NAMESPACE'],
])('%s', async (_, person, line) => {
  const namespace = await newNamespace({ serviceAccount: true });
  await newPullSecret(namespace, 'regsecret');
  await newWorkload('Deployment', namespace, { name: 'web' });
  const { kubeconfig, subject, flags = [] } = await person(namespace);
  const words = line.replace('NAMESPACE', namespace).split(' ');
  const run = () => here([...words, ...flags], { env: { KUBECONFIG: kubeconfig }, stdin: 'pa55word' });
  const refused = await run();
  expect(refused.code, refused.stderr).toBe(1);
  const [, error, proposed = ''] =
    /(?:error: )?(.*no permission to .*)\n(?:.*\n)*?hint: an administrator can run: (.*)\n/.exec(refused.stderr) ?? [];
  expect(error, refused.stderr).not.toMatch(/forbidden|may not|User "/);
  expect(proposed).toContain(`regsecret rbac --for ${subject} ${words[0]}`);
  expect(proposed.includes('kubectl --context test apply -f -')).toBe(flags[0] === '--context');
  const pasted = await paste(proposed);
  expect(pasted, pasted.stderr).toMatchObject({ code: 0 });
  let last = '';
  const isHealed = async () => {
    last = (await run()).stderr;
    return !last.includes('no permission');
  };
  await waitFor(isHealed, { what: 'that the role suffices', everyMs: 20 });
});

test('a request without a login proposes no role for everyone who has none', async () => {
  const namespace = await newNamespace();
  const kubeconfig = kubeconfigFor({ namespace, user: 'system:anonymous' });
  const ran = await here(['list'], { env: { KUBECONFIG: kubeconfig } });
  expect(ran.stderr).toBe(
    `error: no permission to list secrets in namespace ${namespace}\nhint: kubectl auth whoami\n`,
  );
});
