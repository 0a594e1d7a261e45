/** `doctor -f` with whole folders: manifests as repositories contain them, and other files. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { broken, clean, doctor, report } from '../../../support/doctor-files.ts';

/** The findings in a folder with typical repository content. */
const FOUND = `
01-helm-output.yaml:23 error missing-secret
02-kustomize-output.yaml:23 warning missing-secret
03-kubectl-list.json:22 error invalid-image
04-custom-resources-in-between.yaml:11 error invalid-image
04-custom-resources-in-between.yaml:11 warning missing-secret
04-custom-resources-in-between.yaml:37 warning duplicate-name
05-windows.yaml:15 warning empty-name
06-anchors-and-merge-keys.yaml:12 error invalid-image
06-anchors-and-merge-keys.yaml:27 warning duplicate-name
07-broken.yaml:5 error unreadable-file
08-chart/templates/deployment.yaml:8 warning unreadable-file
09-config.json:3 error empty-entry
09-config.json:4 error empty-entry
09-config.json:6 error credential-store
10-auth.json:6 error identity-token
11-opaque.yaml:6 error wrong-type
12-wrong-format.yaml:8 error wrong-format
13-no-payload.yaml:7 error no-payload
14-unreadable-payload.yaml:8 error unreadable-payload
15-unreadable-entry.yaml:14 error unreadable-entry
16-incomplete-entry.yaml:14 error incomplete-entry
17-no-login.yaml:8 error no-login
18-servers.yaml:11 error opens-nothing
18-servers.yaml:14 warning unusual-server
18-servers.yaml:17 warning unusual-server
19-shadowed.yaml:11 warning shadowed-entry
20-same-key.yaml:11 warning same-key
21-newline.yaml:8 error white-space
22-expired.yaml:19 error expired
22-expired.yaml:8 error expired
23-own-list.yaml:41 warning own-list
24-port.yaml:8 warning other-images
25-path.yaml:11 warning other-images
26-not-mountable.yaml:43 error not-mountable
27-different-logins.yaml:32 warning different-credentials
28-no-entry.yaml:26 warning no-entry
29-volume.yaml:10 error invalid-image
29-volume.yaml:13 error invalid-image
30-string-data-wins.yaml:10 error empty-entry
31-too-much.yaml:1 error unreadable-file
32-latin-1.yaml:1 error unreadable-file
33-elsewhere.yaml:23 warning missing-secret
34-names-for-a-shell.yaml:5 warning missing-secret
34-names-for-a-shell.yaml:6 error invalid-image
35-not-yaml.yaml:2 error unreadable-file
`;

describe('a folder of manifests as they are found in repositories', () => {
  test('each finding at its line', async () => {
    const { healthy, findings } = await report(['-R', '-f', broken]);
    const rows = findings.map(({ code, severity, object: { file = '', line } }) => {
      return `${relative(broken, file).replaceAll('\\', '/')}:${line} ${severity} ${code}`;
    });
    expect(rows.sort().join('\n')).toBe(FOUND.trim());
    expect(healthy).toBe(false);
  });

  test('errors come first, each with its place, its code and a command; the end says how much there was', async () => {
    const { code, stdout, stderr } = await doctor(['-R', '-f', broken]);
    expect([code, stderr]).toEqual([1, '']);
    const lines = stdout.replaceAll(broken, 'broken').trimEnd().split('\n');
    expect(lines.slice(0, 2)).toEqual([
      'broken/01-helm-output.yaml:23: error: serviceaccount/release-web uses secret release-web-pul, which is not in these files; did you mean release-web-pull? [missing-secret]',
      '  hint: vi +23 broken/01-helm-output.yaml',
    ]);
    const severities = lines.filter((line) => line.startsWith('broken')).map((line) => line.split(' ')[1]);
    expect(severities).toEqual(severities.toSorted());
    expect(lines.at(-1)).toBe(
      '54 objects in 39 files: 28 errors, 17 warnings; 1 variable in imagePullSecrets is not filled in',
    );
  });

  test('all is well with one that is sound', async () => {
    // Two of its images contain variables that are filled in later.
    expect(await doctor(['-R', '-f', clean, '--strict'])).toEqual({
      code: 3,
      stdout: `22 objects in 18 files: nothing wrong; 2 Secrets were not checked, because they are encrypted or filled in later; 2 images have a variable that is not filled in (\${IMAGE}:\${TAG}, web:$(TAG)); 1 variable in imagePullSecrets is not filled in; it is not known whether 1 image without a login needs one\n`,
      stderr: '',
    });
  });

  test('a file that was named, of a kind that is none of ours', async () => {
    const { code, stdout } = await doctor(['-f', '-'], 'kind: ConfigMap\ndata: [\n');
    expect([code, stdout]).toEqual([
      1,
      expect.stringContaining('stdin:3: error: stdin cannot be read: it is not valid'),
    ]);
  });

  test('two files on stdin without --- between them', async () => {
    const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{image: ghcr.io/a/b:v1}]}\n';
    const { code, stdout } = await doctor(['-f', '-'], pod + pod);
    expect(code).toBe(1);
    expect(stdout).toContain(
      'stdin:5: error: stdin cannot be read: it has a second apiVersion in line 5, so a line --- is probably missing before it [unreadable-file]\n',
    );
  });

  test('templates of charts are said once, and are no error, but they were not checked', async () => {
    const { code, stdout, stderr } = await doctor(['-R', '-f', join(broken, '08-chart')]);
    expect([code, stderr]).toEqual([3, '']);
    expect((await doctor(['-R', '-f', join(broken, '08-chart'), '--ignore', 'unreadable-file'])).code).toBe(0);
    expect(stdout.match(/template of a chart/g)).toHaveLength(1);
    expect(stdout).toContain('  hint: helm template CHART | regsecret doctor -f -\n');
  });
});

/** Files of a whole repository, as opposed to a folder with manifests only. */
describe('a folder with files that are no manifests', () => {
  const CHART = 'a.yaml:1: warning: file a.yaml cannot be read: it is not valid YAML in line';
  test.each([
    [
      'is not YAML',
      'a.yaml',
      'foo: [\n',
      'a.yaml:2: error: file a.yaml cannot be read: it is not valid YAML in line 2',
    ],
    [
      'is not YAML, but of another kind',
      'a.yml',
      'kind: ConfigMap\ndata: [\n',
      'a.yml:3: error: file a.yml cannot be read',
    ],
    ['is not JSON', 'a.json', '{"a": [1, 2}', 'a.json:1: error: file a.json cannot be read'],
    ['is a template that names no kind', 'a.yaml', '{{- include "lib.deployment" . }}\nx: 1\n', CHART],
    ['has conflict markers', 'a.yaml', '<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> b\n', 'a.yaml:2: error: '],
    [
      'is JSON with comments',
      'tsconfig.json',
      '{\n\t// a "comment"\n\t"a": "//b", /* c\n */\n\t"c": [1,],\n}\n',
      undefined,
    ],
    ['is JSON with comments, and broken', 'a.json', '{ // a\n "a": [}', 'a.json:2: error: file a.json cannot be read'],
    [
      'is what kustomize reads',
      'kustomization.yaml',
      'resources: [web.yaml]\n',
      'kustomization.yaml:1: warning: file kustomization.yaml cannot be read: kustomize changes these manifests before they are applied, so only its output can be checked [unreadable-file]\n  hint: kubectl kustomize ',
    ],
    ['is what kustomize reads of others', 'kustomization.yaml', 'kind: Component\n', undefined],
    [
      'has a document that is a text',
      'a.yaml',
      'kind: ConfigMap\n---\nhello\n',
      'a.yaml:3: error: file a.yaml cannot be read: line 3 is text and no Kubernetes object [unreadable-file]',
    ],
    ['has documents that are empty', 'a.yaml', '---\n---\n~\n---\n# none\n', undefined],
    ['is what Helm reads', 'values.yaml', 'image: {tag: v1}\n---\n# more\n', undefined],
    ['is what docker reads', 'compose.yml', 'x: &x {a: 1}\nservices: {web: {<<: *x, image: nginx}}\n', undefined],
    ['has tags of its own', 'stack.yaml', 'a: !Ref b\nc: !Join ["", [!Sub "x"]]\n', undefined],
    ['is a workflow', 'ci.yml', `on: push\njobs: {a: {steps: [{run: "echo \${{ x }}"}]}}\n`, undefined],
    ['is empty', 'a.yaml', '', undefined],
    ['belongs to a tool, and is broken', '.tool/a.yaml', 'foo: [\n', undefined],
    ['belongs to a package, and is broken', 'web/node_modules/x/package.json', '{', undefined],
  ])('what is in there %s', async (_, name, text, line) => {
    const at = realpathSync(mkdtempSync(join(tmpdir(), 'regsecret-')));
    try {
      mkdirSync(join(at, dirname(name)), { recursive: true });
      writeFileSync(join(at, name), text);
      writeFileSync(join(at, 'z.yaml'), 'apiVersion: v1\nkind: ConfigMap\n');
      const { code, stdout } = await doctor(['-R', '-f', at, '--strict']);
      const shown = stdout.replaceAll(join(at, '/'), '');
      expect([code, shown]).toEqual(
        line === undefined ? [0, '0 objects in 2 files: nothing wrong\n'] : [1, expect.stringContaining(line)],
      );
    } finally {
      rmSync(at, { recursive: true });
    }
  });
});

test.each([
  ['-l', [], ''],
  ['-l', [], 'image: {tag: v1}\n'],
  ['-R', ['-R'], '# nothing\n'],
])('a folder without any object has nothing to be checked: ls %s', async (flag, args, text) => {
  const at = realpathSync(mkdtempSync(join(tmpdir(), 'regsecret-')));
  try {
    writeFileSync(join(at, 'values.yaml'), text);
    expect(await doctor([...args, '-f', at])).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: there is no Kubernetes object in ${at}\nhint: ls ${flag} ${at}\n`,
    });
  } finally {
    rmSync(at, { recursive: true });
  }
});
