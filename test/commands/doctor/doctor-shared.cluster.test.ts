/** The one command that `doctor` proposes for several findings fixes all of them when it is run. */
import { expect, test } from 'vitest';
import { janedoe } from '../../environment/registries.ts';
import { cluster, kubeconfigFor, newNamespace, sharedRegistries } from '../../environment/use.ts';
import { freshName, named, newPullSecret, newWorkload } from '../../support/attach-world.ts';
import { here, type RanHere } from '../../support/here.ts';

const { host, privateImage } = sharedRegistries().basic;

const run = (line: string, stdin = ''): Promise<RanHere> =>
  here(line.split(' ').slice(1), { env: { KUBECONFIG: cluster().kubeconfig }, stdin });

/** Creates four namespaces with the content of `fill`, and returns them with the label of the first three. */
async function teams(fill: (namespace: string) => Promise<unknown>): Promise<readonly [string, readonly string[]]> {
  const label = `team=${freshName('team')}`;
  const labels = (index: number) => ({ team: `${label.slice('team='.length)}${index < 3 ? '' : '-other'}` });
  const namespaces = await Promise.all(
    [0, 1, 2, 3].map(async (index) => {
      const namespace = await newNamespace({ serviceAccount: true, labels: labels(index) });
      await fill(namespace);
      return namespace;
    }),
  );
  return [label, namespaces];
}

/** The text after `label` on its own line. */
function lineAt(label: string, { stdout }: RanHere): string {
  const [line = `no ${label} in ${stdout}`] = stdout.split('\n').filter((one) => one.startsWith(`  ${label}: `));
  return line.slice(label.length + 4);
}

test('one login that three Secrets have is rejected: one finding names them, and none becomes the home of a rotation', async () => {
  const [label, namespaces] = await teams(async (namespace) => {
    await newPullSecret(namespace, 'pull', host, { ...janedoe, password: 'old' });
    await newWorkload('Deployment', namespace, { image: privateImage, list: named('pull') });
  });
  const { code, stdout } = await run(`regsecret doctor -l ${label} -v`);
  expect(code).toBe(1);
  expect(stdout.match(/regsecret create pull -n \S+ --server \S+ --username USER --password-stdin/g)).toHaveLength(1);
  for (const namespace of namespaces.slice(0, 3)) expect(stdout).toContain(`${namespace}/pull`);
  expect(stdout).not.toContain('rotate');
});

test('two workloads lack the Secret in each of three namespaces: attach, one after the other', async () => {
  const [label] = await teams(async (namespace) => {
    await newPullSecret(namespace, 'pull', host, janedoe);
    for (const name of ['api', 'web'])
      await newWorkload('Deployment', namespace, { name, image: privateImage, fields: { replicas: 0 } });
  });
  const line = lineAt('all 6', await run(`regsecret doctor -l ${label}`));
  expect(line.match(/--to/g)).toHaveLength(6);
  for (const step of line.split(' && ')) expect((await run(step)).code).toBe(0);
  expect((await run(`regsecret doctor -l ${label}`)).stdout).toContain('nothing is wrong');
});

test('a Secret is to be made in a namespace that nobody typed: with the login of nobody', async () => {
  const [label, [namespace = '']] = await teams((one) =>
    newWorkload('Deployment', one, { image: privateImage, list: named('gone'), fields: { replicas: 0 } }),
  );
  const home = await newNamespace();
  await newPullSecret(home, 'pull', host, janedoe);
  const KUBECONFIG = kubeconfigFor({ user: 'admin', groups: ['system:masters'], namespace: home });
  const { stdout, stderr } = await here(['doctor', '-A', '--only', 'missing-secret', '-o', 'json'], {
    env: { KUBECONFIG },
  });
  const findings: readonly { object: { namespace: string }; fix: object }[] = JSON.parse(stdout).findings;
  const [found] = findings.filter((one) => one.object.namespace === namespace);
  expect(found?.fix, `${label} ${stderr}`).toMatchObject({
    command: `regsecret create gone -n ${namespace} --server ${host} --username USER --password-stdin`,
    sufficient: false,
  });
});

test('two namespaces lack the copy of a source: one line previews what sync would write', async () => {
  const [label, namespaces] = await teams(() => Promise.resolve());
  const [plat, here = ''] = [await newNamespace(), namespaces[2]];
  await newPullSecret(plat, 'shared', host, janedoe);
  expect((await run(`regsecret sync shared -n ${plat} --to ${here}`)).code).toBe(0);
  const lacking = namespaces.slice(0, 2).toSorted();
  for (const namespace of lacking)
    await newWorkload('Deployment', namespace, {
      image: privateImage,
      list: named('shared'),
      fields: { replicas: 0 },
    });
  const preview = `regsecret sync shared -n ${plat} --to ${lacking.join(',')} --dry-run=client`;
  const { stdout } = await run(`regsecret doctor -l ${label} --only missing-secret`);
  expect(lineAt('next', { stdout } as RanHere)).toBe(preview);
  expect((await run(preview)).code).toBe(0);
});
