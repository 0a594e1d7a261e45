/** `attach -f` with a cluster: `--auto` looks for the Secret there. */
import { beforeAll, expect, test } from 'vitest';
import { newNamespace } from '../../environment/use.ts';
import { freshName, newPullSecret, newSecret, regsecretIn } from '../../support/attach-world.ts';

let namespace = '';
beforeAll(async () => {
  namespace = await newNamespace({ serviceAccount: true });
  await newPullSecret(namespace, 'regsecret');
});

const pod = (name: string, image: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec:\n  containers: [{name: a, image: ${image}}]\n`;
const list = '  imagePullSecrets:\n  - name: regsecret\n';
const [ours, theirs] = [pod('ours', 'r.example/app'), pod('theirs', 'q.example/app')];

test('--auto: the Secret in the cluster says which images it opens', async () => {
  const ran = await regsecretIn(namespace, ['attach', '-f', '-', '--auto'], { stdin: `${ours}---\n${theirs}` });
  expect(ran).toEqual({
    code: 0,
    stdout: `${ours}${list}---\n${theirs}`,
    stderr:
      'pod/ours patched, from stdin to stdout; the imagePullSecrets of the service account no longer apply to pod/ours\n',
  });
});

test('--auto with a Secret that is not there, or of no use: nothing is printed that could be taken for the result', async () => {
  const missing = await regsecretIn(namespace, ['attach', 'nope', '-f', '-', '--auto'], { stdin: ours });
  expect(missing).toMatchObject({ code: 1, stdout: '' });
  expect(missing.stderr).toBe(
    [
      `error: secret ${namespace}/nope does not exist, so it is not known which images it matches`,
      '  or read it from a manifest or docker config: --auto --secret-file FILE',
      `hint: regsecret create nope -n ${namespace}`,
      '',
    ].join('\n'),
  );
  const opaque = freshName('opaque');
  await newSecret(namespace, opaque, 'Opaque', { x: 'y' });
  const ran = await regsecretIn(namespace, ['attach', opaque, '-f', '-', '--auto'], { stdin: ours });
  expect(ran).toMatchObject({ code: 1, stdout: '' });
  expect(ran.stderr).toContain(`secret ${namespace}/${opaque} has the type Opaque`);
});
