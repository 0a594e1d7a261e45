/** `attach -f` and `detach -f`: manifests in files, folders and on stdin, without a cluster. */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { nameRule } from '../../../src/line/object-name.ts';
import { here, type RanHere } from '../../support/here.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'regsecret-files-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

const POD =
  'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - {name: a, image: ghcr.io/acme/app} # app\n';
const ATTACHED = `${POD}  imagePullSecrets:\n  - name: regsecret\n`;
const CHECK = 'hint: to check that the cluster has the Secret: regsecret inspect regsecret\n';
const HIDES = 'pod/a now has its own imagePullSecrets, so those of its service account no longer apply\n';

function file(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const read = (path: string): string => readFileSync(path, 'utf8');

/** Runs with a kubeconfig that does not exist, so that no cluster is contacted. */
function run(args: readonly string[], stdin: string | Uint8Array = ''): Promise<RanHere> {
  return here(args, { stdin, env: { KUBECONFIG: '/nope' } });
}

/** The same on a terminal. */
function onTerminal(args: readonly string[], stdin: string | Uint8Array = ''): Promise<RanHere> {
  return here(args, { stdin, tty: true, env: { KUBECONFIG: '/nope', NO_COLOR: '1' } });
}

test.each<[situation: string, args: readonly string[], text: string, said: string]>([
  [
    'one list, which is the first',
    ['attach'],
    POD,
    'pod/a patched, from stdin to stdout; the imagePullSecrets of the service account no longer apply to pod/a\n',
  ],
  ['nothing to change', ['attach'], ATTACHED, 'pod/a unchanged, from stdin to stdout\n'],
  [
    'two, of which one changes',
    ['attach', '--dry-run=client'],
    `${ATTACHED}---\n${POD.replace('name: a', 'name: b')}`,
    'pod/b patched, from stdin to stdout (dry run); the imagePullSecrets of the service account no longer apply to pod/b\n',
  ],
  ['a list that is taken away', ['detach'], ATTACHED, 'pod/a patched, from stdin to stdout\n'],
  ['quiet', ['attach', '-q'], POD, ''],
])('in a pipe, at most one line goes to stderr: %s', async (_, args, text, said) => {
  const { code, stderr } = await run([...args, '-f', '-'], text);
  expect([code, stderr]).toEqual([0, said]);
});

describe('the result goes to stdout', () => {
  test('of a file, which stays as it is', async () => {
    const path = file('pod.yaml', POD);
    expect(await onTerminal(['attach', '-f', path])).toEqual({
      code: 0,
      stdout: ATTACHED,
      stderr:
        `pod/a patched, from ${path} to stdout\n${HIDES}${CHECK}nothing was written to ${path}\n` +
        `hint: to change the file: regsecret attach -f ${path} --write\n`,
    });
    expect(read(path)).toBe(POD);
  });

  test('of a file that is right already, and in a dry run: there is nothing to write', async () => {
    const path = file('pod.yaml', ATTACHED);
    expect((await onTerminal(['attach', '-f', path])).stderr).toBe(`pod/a unchanged, from ${path} to stdout\n`);
    const other = file('other.yaml', POD);
    expect((await onTerminal(['attach', '-f', other, '--dry-run=client'])).stderr).toBe(
      `pod/a patched, from ${other} to stdout (dry run)\n${HIDES}${CHECK}`,
    );
  });

  test('of a pod of which the name is filled in later', async () => {
    const ran = await onTerminal(['attach', '-f', '-'], POD.replace('name: a', 'name: {{ .Release.Name }}'));
    expect(ran.stderr).toContain(
      'pod without a name patched, from stdin to stdout\npod without a name now has its own imagePullSecrets',
    );
  });

  test('several first lists, and none where a file says what the service account has', async () => {
    const account = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\n';
    const other = POD.replace('name: a', 'name: b');
    const ran = await onTerminal(['attach', '-f', '-'], `${POD}---\n${other}`);
    expect(ran.stderr).toContain(
      'pod/a, pod/b now have their own imagePullSecrets, so those of their service accounts no longer apply\n',
    );
    expect((await onTerminal(['attach', '-f', '-'], `${POD}---\n${account}`)).stderr).not.toContain('of its own');
  });

  const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata: {name: regsecret}\n';
  const SEALED = 'apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: regsecret}\n';
  const placed = (namespace: string) => POD.replace('name: a', `name: a, namespace: ${namespace}`);

  test.each([
    ['no Secret', 'attach', POD, 'regsecret inspect regsecret'],
    ['no Secret, and -n', 'attach -n shop', POD, 'regsecret inspect regsecret -n shop'],
    ['no Secret, and a namespace', 'attach', placed('shop'), 'regsecret inspect regsecret -n shop'],
    ['another Secret', 'attach pull', `${POD}---\n${SECRET}`, 'regsecret inspect pull'],
    ['two namespaces', 'attach', `${placed('shop')}---\n${placed('team')}`, 'regsecret list regsecret -A'],
    ['a namespace that is filled in later', 'attach', placed('$(NS)'), 'regsecret list regsecret -A'],
    ['the Secret', 'attach', `${POD}---\n${SECRET}`, undefined],
    ['what makes the Secret', 'attach', `${SEALED}---\n${POD}`, undefined],
    ['nothing to change', 'attach', ATTACHED, undefined],
    ['nothing to attach', 'detach', ATTACHED, undefined],
    ['no Secret, and nothing is to be checked', 'attach --no-checks', POD, undefined],
    ['no Secret, which may be missing', 'attach --allow-missing', POD, undefined],
    ['no Secret, and -q', 'attach -q', POD, undefined],
  ])('of manifests with %s: it is said how to look for it', async (_, line, text, check) => {
    const { stderr } = await onTerminal([...line.split(' '), '-f', '-'], text);
    const [, said] = /^hint: to check that the cluster has the Secret: (.*)$/m.exec(stderr) ?? [];
    expect(said).toBe(check);
  });

  test('of several files, which stay as they are', async () => {
    const [one, other] = [file('a.yaml', POD), file('b.yaml', POD)];
    expect((await onTerminal(['attach', '-n', 'shop', '-f', one, '-f', other])).stderr).toContain(
      `nothing was written to ${one}, ${other}\n` +
        `hint: to change the files: regsecret attach -n shop -f ${one} -f ${other} --write\n`,
    );
  });

  test('of stdin', async () => {
    const ran = await onTerminal(['attach', 'regcred', '-f', '-'], POD);
    expect(ran.stdout).toBe(ATTACHED.replace('regsecret', 'regcred'));
  });

  test('also where nothing changes, so that it can stand in a pipe', async () => {
    expect(await onTerminal(['attach', '-f', '-'], ATTACHED)).toEqual({
      code: 0,
      stdout: ATTACHED,
      stderr: 'pod/a unchanged, from stdin to stdout\n',
    });
    const map = 'apiVersion: v1\nkind: ConfigMap\n';
    const ran = await onTerminal(['attach', '-f', '-'], map);
    expect(ran.stdout).toBe(map);
    expect(ran.stderr).toContain('no object in these manifests can have pull secrets');
  });

  test('of several files: one stream of documents', async () => {
    const [one, other] = [file('a.yaml', POD.trimEnd()), file('b.yaml', `---\n${POD}`)];
    const third = file('c.json', '{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"c"}}\n');
    const ran = await onTerminal(['attach', '-f', one, '-f', other, '-f', third]);
    const json =
      '{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"c"},"imagePullSecrets":[{"name":"regsecret"}]}\n';
    expect(ran.stdout).toBe(`${ATTACHED.trimEnd()}\n---\n${ATTACHED}---\n${json}`);
  });

  test('and back again', async () => {
    expect((await onTerminal(['detach', '-f', '-'], ATTACHED)).stdout).toBe(POD);
  });
});

describe('--write', () => {
  test('changes the files in place, those of a folder in order', async () => {
    const paths = ['b.yaml', 'a.yml', 'c.json', 'notes.txt', 'deeper/d.yaml'].map((name) =>
      file(name, name.endsWith('json') ? '{}' : POD),
    );
    const ran = await run(['attach', '-f', folder, '--write']);
    expect(ran.stdout).toBe(`pod/a patched in ${join(folder, 'a.yml')}\npod/a patched in ${join(folder, 'b.yaml')}\n`);
    expect(paths.map((path) => read(path))).toEqual([ATTACHED, ATTACHED, '{}', POD, POD]);
    await run(['attach', '-R', '-f', folder, '--write']);
    expect(read(join(folder, 'deeper/d.yaml'))).toBe(ATTACHED);
  });

  test('does not touch a file in which nothing changes', async () => {
    const path = file('pod.yaml', ATTACHED);
    utimesSync(path, 1, 1);
    expect((await run(['attach', '-f', path, '--write'])).stdout).toBe(`pod/a unchanged in ${path}\n`);
    expect(statSync(path).mtimeMs).toBe(1000);
  });

  test('keeps mode and links, and leaves nothing beside the file', async () => {
    const path = file('real.yaml', POD);
    chmodSync(path, 0o640);
    const link = join(folder, 'link.yaml');
    symlinkSync(path, link);
    await run(['attach', '-f', link, '--write']);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(read(path)).toBe(ATTACHED);
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder).sort()).toEqual(['link.yaml', 'real.yaml']);
  });

  test('changes nothing at all when one of the files is no manifest', async () => {
    const [good, bad] = [file('a.yaml', POD), file('b.yaml', 'a: [\n')];
    const ran = await run(['attach', '-f', folder, '--write']);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toMatch(new RegExp(`^error: ${bad} is not valid YAML in line \\d`));
    expect(read(good)).toBe(POD);
  });

  test('changes nothing in the namespace of another team', async () => {
    const text = POD.replace(/metadata: \{ ?/, '$&namespace: team-b, ');
    const path = file('pod.yaml', text);
    const ran = await run(['attach', '-f', path, '--write', '-n', 'team-a']);
    expect(ran).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: ${path} has namespace team-b in line 1, and -n has team-a\nhint: regsecret attach -n team-b -f ${path} --write\n`,
    });
    expect(read(path)).toBe(text);
  });

  test('changes nothing where a line --- is missing between two objects', async () => {
    const text = `${POD}${POD.replace(/^#.*\n/gm, '')}`;
    const path = file('pods.yaml', text);
    const ran = await run(['attach', '-f', path, '--write']);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toMatch(
      / has a second apiVersion in line (\d+), so .*\nhint: put --- on its own line before line \1\n$/,
    );
    expect(read(path)).toBe(text);
  });

  test('prints the plan in a dry run', async () => {
    const path = file('pod.yaml', POD);
    const ran = await run(['attach', '-f', path, '--write', '--dry-run=client']);
    expect(ran.stdout).toBe(`pod/a patched in ${path} (dry run)\n`);
    expect(read(path)).toBe(POD);
  });

  test('with -o name and json', async () => {
    const path = file('pod.yaml', POD);
    expect((await run(['attach', '-f', path, '--write', '--dry-run=client', '-o', 'name'])).stdout).toBe('pod/a\n');
    const { stdout } = await run(['attach', '-f', path, '--write', '-o', 'json']);
    expect(JSON.parse(stdout)).toEqual({
      results: [
        {
          file: path,
          kind: 'Pod',
          namespace: '',
          name: 'a',
          action: 'patched',
          before: [],
          after: ['regsecret'],
          images: ['ghcr.io/acme/app'],
        },
      ],
      notes: [],
    });
  });
});

describe('detached where it is the only login for an image', () => {
  const secret = (name: string, server = 'ghcr.io') =>
    `apiVersion: v1\nkind: Secret\nmetadata: {name: ${name}}\ntype: kubernetes.io/dockerconfigjson\nstringData:\n  .dockerconfigjson: '{"auths":{"${server}":{"auth":"YWRhOnA="}}}'\n`;
  const said = 'warning: in these files, pod/a has no login for ghcr.io/acme/app without regsecret\n';
  const both = `${secret('regsecret')}---\n${ATTACHED}`;
  const listed = (...names: string[]) =>
    `${POD}  imagePullSecrets: [${names.map((name) => `{name: ${name}}`).join(', ')}]\n`;
  const account =
    'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\nimagePullSecrets: [{name: regsecret}]\n';

  test('on stdout: that is said', async () => {
    const ran = await run(['detach', '-f', '-'], both);
    expect(ran).toMatchObject({ code: 0, stdout: `${secret('regsecret')}---\n${POD}` });
    expect(ran.stderr).toContain(said);
  });

  test('--write changes no file without --yes', async () => {
    const path = file('app.yaml', both);
    const ran = await run(['detach', '-f', path, '--write']);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toBe(
      `${said}error: regsecret is still needed by pod/a, so no file was changed\nhint: regsecret detach -f ${path} --write --yes\n`,
    );
    expect(read(path)).toBe(both);
    const dry = await run(['detach', '-f', path, '--write', '--dry-run=client']);
    expect([dry.code, dry.stdout]).toEqual([1, '']);
    expect(dry.stderr).toContain(`\nhint: regsecret detach -f ${path} --write --dry-run=client --yes\n`);
    const sure = await run(['detach', '-f', path, '--write', '--yes', '-o', 'json']);
    expect(sure.code).toBe(0);
    const lost = { file: path, ref: { kind: 'Pod', namespace: '', name: 'a' }, images: ['ghcr.io/acme/app'] };
    expect(JSON.parse(sure.stdout)).toMatchObject({ notes: [{ code: 'loses-login', ...lost }] });
    expect(read(path)).toBe(`${secret('regsecret')}---\n${POD}`);
  });

  test.each([
    ['a dry run that is agreed to', both, ['--write', '--yes', '--dry-run=client'], true],
    ['--no-checks', both, ['--no-checks'], false],
    ['a Secret that is not in the files', `${secret('other')}---\n${ATTACHED}`, [], false],
    [
      'another one of the list opens it',
      `${secret('regsecret')}---\n${secret('b')}---\n${listed('regsecret', 'b')}`,
      [],
      false,
    ],
    [
      'another one of the list, for another registry',
      `${secret('regsecret')}---\n${secret('b', 'quay.io')}---\n${listed('regsecret', 'b')}`,
      [],
      true,
    ],
    [
      'another one of the list, which is not in the files',
      `${secret('regsecret')}---\n${listed('regsecret', 'b')}`,
      [],
      false,
    ],
    ['a pod with the list of its service account', `${secret('regsecret')}---\n${account}---\n${POD}`, [], true],
    ['a pod that has it from there, too', `${account}---\n${both}`, [], true],
  ])('%s', async (_, text, flags, isSaid) => {
    const path = file('app.yaml', text);
    const ran = await run(['detach', '-f', path, ...flags]);
    expect(ran.code).toBe(0);
    expect(ran.stderr.includes(said)).toBe(isSaid);
    expect(read(path)).toBe(text);
  });
});

describe('what pods have from a service account of the same manifests', () => {
  const account = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\nimagePullSecrets: [{name: quay}]\n';

  test('stays with them when they get a list of their own', async () => {
    const ran = await run(['attach', '-f', '-'], `${account}---\n${POD}`);
    expect(ran.stdout).toContain('imagePullSecrets: [{name: quay}, {name: regsecret}]');
    expect(ran.stdout).toContain('  imagePullSecrets:\n  - name: quay\n  - name: regsecret\n');
  });
});

describe('--auto: only pods with an image that the Secret opens', () => {
  const stream = `${POD}---\n${POD.replace('ghcr.io/acme/app', 'nginx')}---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: s}\n`;
  const secret = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'regsecret' },
    type: 'kubernetes.io/dockerconfigjson',
    stringData: { '.dockerconfigjson': '{"auths":{"ghcr.io":{"username":"jane","password":"x"}}}' },
  });

  test('given in a file', async () => {
    const path = file('secret.json', secret);
    const ran = await run(['attach', '-f', '-', '--auto', '--secret-file', path], stream);
    expect(ran.stderr).toBe(
      `pod/a patched, from stdin to stdout; the imagePullSecrets of the service account no longer apply to pod/a\n`,
    );
    expect(ran.stdout).toBe(stream.replace(POD, ATTACHED));
  });

  test('a file without that Secret', async () => {
    const ran = await run(['attach', '-f', '-', '--auto', '--secret-file', file('x.yaml', POD)], stream);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain('hint: regsecret create regsecret --dry-run=client -o yaml > regsecret.yaml\n');
  });

  test('given as a docker config', async () => {
    const path = file('config.json', '{"auths":{"ghcr.io":{"auth":"amFuZTp4"}}}');
    const ran = await run(['attach', '-f', '-', '--auto', '--secret-file', path], stream);
    expect(ran.stdout).toBe(stream.replace(POD, ATTACHED));
  });

  test('a Secret that opens none of the images', async () => {
    const path = file('secret.json', secret.replace('ghcr.io', 'quay.io'));
    const ran = await run(['attach', '-f', '-', '--auto', '--secret-file', path], stream);
    expect(ran).toEqual({
      code: 0,
      stdout: stream,
      stderr: 'warning: the Secret has no login for any image in these manifests\n',
    });
  });
});

describe('files that cannot be used', () => {
  const ENTRY = 'spec.imagePullSecrets[0] is not a map; write - name: regcred';
  const WHOLE = 'spec.imagePullSecrets is not a list; write imagePullSecrets: [{name: regcred}]';

  test.each([
    ['attach pull', '[regcred]', ENTRY],
    ['attach regcred', '[regcred]', ENTRY],
    ['detach regcred', '[regcred]', ENTRY],
    ['attach pull', 'regcred', WHOLE],
    ['detach regcred', 'regcred', WHOLE],
    ['attach pull', '{name: regcred}', WHOLE],
    ['detach regcred', '{name: regcred}', WHOLE],
  ])('%s writes no file where a list of pull secrets is %s', async (line, list, fault) => {
    const [first, second] = [join(folder, 'a.yaml'), join(folder, 'b.yaml')];
    const text = `${POD}  imagePullSecrets: ${list}\n`;
    writeFileSync(first, POD);
    writeFileSync(second, text);
    expect(await here([...line.split(' '), '-f', folder, '--write'])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        `error: ${second} is wrong in line 7: the API server refuses pod a: ${fault}\n` + `hint: vi +7 ${second}\n`,
    });
    expect([readFileSync(first, 'utf8'), readFileSync(second, 'utf8')]).toEqual([POD, text]);
  });

  test('attach writes no file where a list is in the wrong place', async () => {
    const path = file('b.yaml', `${POD}  imagePullSecret: [{name: regcred}]\n`);
    expect(await here(['attach', 'regcred', '-f', path, '--write'])).toMatchObject({
      code: 1,
      stderr: `error: ${path} is wrong in line 7: Kubernetes 1.36 does not know spec.imagePullSecret of pod a; did you mean spec.imagePullSecrets?\nhint: vi +7 ${path}\n`,
    });
  });

  test.each([
    ['missing', () => join(folder, 'nope.yaml'), 'no such file or directory'],
    ['not in UTF-8', () => file('x.yaml', Buffer.from('a: \xe9\n', 'latin1')), 'is not in UTF-8'],
    [
      'a template of a chart',
      () => file('x.yaml', '{{- if .Values.on }}\na: b\n{{- end }}\n'),
      'is not valid YAML in line 1',
    ],
    ['an empty folder', () => folder, 'there is no manifest in'],
  ])('%s', async (_, path, says) => {
    const ran = await run(['attach', '-f', path(), '--write']);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(says);
    expect(ran.stderr).toMatch(/^hint: \S/m);
  });
});

describe('manifests and a target in the cluster: nothing is read or written', () => {
  const error = 'error: manifests and targets in a cluster need one command each\nhint: ';

  test.each([
    [
      'attach -f a.yaml --to sts/db --write',
      'regsecret attach -f a.yaml --write for the files, and regsecret attach --to sts/db for the cluster',
    ],
    [
      'attach pull -f deploy -R --sa default -n team',
      'regsecret attach -n team pull -f deploy -R --write for the files, and regsecret attach -n team pull --sa default for the cluster',
    ],
    [
      'detach pull -f a.yaml -f b.yaml --from deploy/web --write --dry-run=client',
      'regsecret detach pull -f a.yaml -f b.yaml --write --dry-run=client for the files, and regsecret detach pull --from deploy/web --dry-run=client for the cluster',
    ],
    ['attach -f - --pod web', 'regsecret attach -f - for the files, and regsecret attach --pod web for the cluster'],
    [
      'attach -f a.yaml --auto --secret-file s.yaml --used --wait --write',
      'regsecret attach -f a.yaml --auto --secret-file s.yaml --write for the files, and regsecret attach --used --wait for the cluster',
    ],
  ])('%s', async (line, hint) => {
    expect(await run(line.split(' '), POD)).toEqual({ code: 2, stdout: '', stderr: `${error}${hint}\n` });
  });
});

describe('manifests without an object are an error, as for doctor', () => {
  test('a file that the shell has emptied: attach -f a.yaml > a.yaml', async () => {
    const path = file('a.yaml', '');
    for (const verb of ['attach', 'detach']) {
      expect(await run([verb, '-f', path])).toEqual({
        code: 1,
        stdout: '',
        stderr:
          `error: ${path} is empty\n` +
          `hint: a shell empties the file behind > before a program reads it; to change a file in place: regsecret ${verb} -f ${path} --write\n`,
      });
    }
  });

  test('a command before the pipe that has printed nothing', async () => {
    expect(await run(['attach', '-f', '-'], '\n')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'error: stdin is empty: the command before the pipe printed nothing\nhint: see its error above\n',
    });
  });

  test('comments and marks between documents', async () => {
    const path = file('a.yaml', '\uFEFF---\n# Source: a chart with nothing switched on\r\n...\n');
    expect(await run(['attach', '-f', path, '--write'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: ${path} holds no Kubernetes object\nhint: check where ${path} comes from\n`,
    });
  });

  test('but not one empty file among others', async () => {
    const [path, empty] = [file('a.yaml', POD), file('b.yaml', '')];
    expect(await run(['attach', '-f', path, '-f', empty, '--write'])).toMatchObject({ code: 0 });
  });
});

describe('flags that do not go together', () => {
  test.each([
    [[], 'nothing to attach regsecret to'],
    [['--write'], '--write needs -f'],
    [['--auto', '--sa', 'default'], '--auto needs -f'],
    [['-f', 'x', '--secret-file', 'y'], '--secret-file needs --auto'],
    [['-f', '-', '--write'], 'stdin cannot be changed in place'],
    [['-f', 'x', '-o', 'json'], '-o cannot be combined with manifests on stdout'],
    [['-f', 'x', '--dry-run=server'], 'manifests are changed without a server'],
    [['-l', 'a=b', '--sa', 'default'], '-l needs a kind'],
    [['-A', '--pod', 'web'], '-A cannot be combined with the name of a pod'],
    [['--to', 'deploy'], '--to deployment needs the name of a deployment'],
    [['--to', 'secret/x'], 'a target is KIND/NAME, with a kind that has pull secrets'],
    [['--sa', 'A B'], nameRule('serviceaccount')],
    [['--sa', 'default', '--timeout', 'soon'], '--timeout is not a duration'],
    [['Bad_Name', '--sa', 'default'], nameRule('secret')],
  ])('%j', async (args, says) => {
    const ran = await run(['attach', ...args]);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain(`error: ${says}`);
    expect(ran.stderr).toMatch(/^hint: \S/m);
  });
});
