/** `doctor -f`: manifests and docker configs by themselves, as continuous integration looks at them. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FindingView } from '../../src/domain/diagnosis/view.ts';
import { CANARY } from '../support/canary.ts';
import { fc } from '../support/fast-check.ts';
import { here, type RanHere } from '../support/here.ts';
import { manifestTexts } from '../support/manifest-texts.ts';

const folder = join(import.meta.dirname, '..', 'manifests', 'lint');
const broken = join(folder, 'broken');
const clean = join(folder, 'clean');

/** The kubeconfig that there is not: no cluster is asked. */
function doctor(args: readonly string[], stdin: string | Uint8Array = ''): Promise<RanHere> {
  return here(['doctor', ...args], { stdin, env: { KUBECONFIG: '/nope' } });
}

/** What a test reads of the JSON. */
interface Report {
  readonly healthy: boolean;
  readonly findings: readonly (Omit<FindingView, 'fix'> & { readonly fix: { readonly command?: string } })[];
}

async function report(args: readonly string[], stdin = ''): Promise<Report> {
  return JSON.parse((await doctor([...args, '-o', 'json'], stdin)).stdout);
}

/** Everything that is wrong in a folder with what people have in their repositories. */
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
      'broken/01-helm-output.yaml:23: error: serviceaccount/release-web names secret release-web-pul, which is not in these files; did you mean release-web-pull? [missing-secret]',
      '  hint: vi +23 broken/01-helm-output.yaml',
    ]);
    const severities = lines.filter((line) => line.startsWith('broken')).map((line) => line.split(' ')[1]);
    expect(severities).toEqual(severities.toSorted());
    expect(lines.at(-1)).toBe(
      '54 objects in 39 files: 28 errors, 17 warnings; 1 variable in a list of pull secrets is not filled in',
    );
  });

  test('all is well with one that is sound', async () => {
    // Two of its images are filled in later.
    expect(await doctor(['-R', '-f', clean, '--strict'])).toEqual({
      code: 3,
      stdout: `22 objects in 18 files: nothing wrong; 2 Secrets were not judged, because they are encrypted or filled in later; 2 images have a variable that is not filled in (\${IMAGE}:\${TAG}, web:$(TAG)); 1 variable in a list of pull secrets is not filled in; no registry was asked whether 1 image without a login needs one\n`,
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

  test('templates of charts are said once, and are no error', async () => {
    const { code, stdout } = await doctor(['-R', '-f', join(broken, '08-chart')]);
    expect(code).toBe(0);
    expect(stdout.match(/template of a chart/g)).toHaveLength(1);
    expect(stdout).toContain('  hint: helm template CHART | regsecret doctor -f -\n');
  });
});

describe('-n and a file that names its namespace', () => {
  const inTeam = (namespace: string) =>
    `apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a, namespace: ${namespace}}\n`;

  test.each([
    ['the same', inTeam('team-a'), 0, ''],
    ['none', 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}\n', 0, ''],
    ['one that is filled in later', inTeam('TEAM'), 0, ''],
    [
      'another one',
      inTeam('team-b'),
      1,
      'error: stdin names namespace team-b in line 1, not team-a as -n does\nhint: regsecret doctor -n team-b -f -\n',
    ],
    [
      'several',
      `${inTeam('team-a')}---\n${inTeam('team-b')}`,
      1,
      'error: stdin names namespace team-b in line 5, not team-a as -n does\nhint: leave -n out: these files name 2 namespaces\n',
    ],
  ])('%s', async (_, text, code, stderr) => {
    expect(await doctor(['-f', '-', '-n', 'team-a'], text)).toMatchObject({ code, stderr });
  });
});

/** Of a whole repository, not of a folder with manifests. */
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
      'kustomization.yaml:1: warning: file kustomization.yaml cannot be read: kustomize changes these manifests before they are applied, and only what it makes of them can be checked [unreadable-file]\n  hint: kubectl kustomize ',
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

const pod = (list: string, image = 'ghcr.io/acme/web'): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  imagePullSecrets: [${list}]\n  containers: [{name: app, image: ${image}}]\n`;
const secret = (name: string): string =>
  `---\napiVersion: v1\nkind: Secret\nmetadata: {name: ${name}}\ntype: kubernetes.io/dockerconfigjson\nstringData: {.dockerconfigjson: '{"auths":{"ghcr.io":{"username":"janedoe","password":"${CANARY}"}}}'}\n`;

describe('a Secret that is in none of the files', () => {
  // Pull secrets belong into a store of secrets, so nothing is wrong with a repository that does not have them.
  test.each([
    ['may be made by others', pod('{name: regcred}'), 0, undefined],
    ['is misspelt, with one slip', pod('{name: regcerd}') + secret('regcred'), 1, 'regcred'],
    ['is called nearly like another', pod('{name: regcred-prod}') + secret('regcred'), 0, 'regcred'],
    ['is called like another with a number', pod('{name: regcred2}') + secret('regcred'), 0, 'regcred'],
  ])('%s', async (_, text, code, near) => {
    const ran = await doctor(['-f', '-'], text);
    expect(ran.code).toBe(code);
    expect(ran.stdout).toMatch(/^stdin:5: (error|warning): pod\/web names secret \S+, which is not in these files/);
    expect(ran.stdout.includes(`did you mean ${near}?`)).toBe(near !== undefined);
    expect((await doctor(['-f', '-', '--strict'], text)).code).toBe(1);
    // One that is misspelt is not in the cluster either.
    expect(ran.stdout.includes('\ndoctor -f reads only files: ')).toBe(code === 0);
  });

  test('is said once, with those that name it, each once', async () => {
    const web = pod('{name: a}');
    const { findings } = await report(['-f', '-'], [web, web.replace('web', 'db'), web].join('---\n'));
    expect(findings.map(({ arguments: args }) => args)).toEqual([{ usedBy: ['pod/web', 'pod/db'] }]);
  });
});

/** A pod or a template of one, as JSON, for a stream of documents. */
interface Pulls {
  readonly list?: readonly string[];
  readonly images: readonly string[];
  readonly namespace?: string;
  readonly policy?: string;
}

const cronJob = (name: string, { list, images, namespace, policy }: Pulls): object => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name, namespace },
  spec: {
    jobTemplate: {
      spec: {
        template: {
          spec: {
            imagePullSecrets: list?.map((one) => ({ name: one })),
            containers: images.map((image, index) => ({ name: `c${index}`, image, imagePullPolicy: policy })),
          },
        },
      },
    },
  },
});
const login = (name: string, server: string, namespace?: string): object =>
  secretOf({ name, namespace }, JSON.stringify({ auths: { [server]: { username: 'janedoe', password: CANARY } } }));
const account = (list: readonly string[], name = 'default'): object => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name },
  imagePullSecrets: list.map((one) => ({ name: one })),
});

describe('a login in the files that is not named by what needs it', () => {
  const own = '127.0.0.1:5000/web:v1';
  const OWN = login('regcreds', '127.0.0.1:5000');
  const hub = (name: string): object => login(name, 'https://index.docker.io/v1/');
  const none = 'cronjob nightly has no pull secret, and secret regcreds in these files has a login for';
  const unseen = '; serviceaccount default may name it, but is not in these files';
  test.each<[string, object[], string | undefined]>([
    ['no list', [OWN, cronJob('nightly', { images: [own] })], `${none} ${own}${unseen}`],
    [
      'no list, beside one that has one',
      [OWN, cronJob('web', { images: [own], list: ['regcreds'] }), cronJob('nightly', { images: [own] })],
      `${none} ${own}${unseen}`,
    ],
    [
      'no list, and none of the service account',
      [OWN, account([]), cronJob('nightly', { images: [own] })],
      `${none} ${own}`,
    ],
    [
      'no list, but one of the service account',
      [OWN, account(['regcreds']), cronJob('nightly', { images: [own] })],
      undefined,
    ],
    [
      'no list, and the service account is another one',
      [OWN, account([], 'ci'), cronJob('nightly', { images: [own] })],
      `${none} ${own}${unseen}`,
    ],
    [
      'a list of another login',
      [OWN, login('a', 'a.io'), cronJob('nightly', { images: ['a.io/web', own], list: ['a'] })],
      `no pull secret of cronjob nightly (a) has an entry for ${own}: they have a.io`,
    ],
    [
      'a list of the service account with another login',
      [OWN, login('a', 'a.io'), account(['a']), cronJob('nightly', { images: [own] })],
      `no pull secret of cronjob nightly (a) has an entry for ${own}: they have a.io`,
    ],
    ['a list that is made elsewhere', [OWN, cronJob('nightly', { images: [own], list: ['$(SECRET)'] })], undefined],
    ['an image that may not be pulled', [OWN, cronJob('nightly', { images: [own], policy: 'Never' })], undefined],
    ['an image of another registry', [OWN, cronJob('nightly', { images: ['127.0.0.1:5001/web'] })], undefined],
    ['a login for another path', [login('a', '127.0.0.1:5000/team'), cronJob('nightly', { images: [own] })], undefined],
    [
      'a login of another namespace',
      [login('a', '127.0.0.1:5000', 'prod'), cronJob('nightly', { images: [own], namespace: 'dev' })],
      undefined,
    ],
    [
      'a login that is encrypted',
      [{ ...OWN, stringData: { '.dockerconfigjson': 'ENC[x]' } }, cronJob('nightly', { images: [own] })],
      undefined,
    ],
    [
      'a patch that has the list',
      [OWN, cronJob('nightly', { images: [own] }), cronJob('nightly', { images: [], list: ['regcreds'] })],
      undefined,
    ],
    [
      'a registry that all share',
      [login('regcreds', 'ghcr.io'), cronJob('nightly', { images: ['ghcr.io/acme/web'] })],
      `${none} ghcr.io/acme/web${unseen}`,
    ],
    [
      'an image of strangers there',
      [
        login('regcreds', 'ghcr.io'),
        cronJob('web', { images: ['ghcr.io/acme/web'], list: ['regcreds'] }),
        cronJob('nightly', { images: ['ghcr.io/tools/x'] }),
      ],
      undefined,
    ],
    [
      'an image of the same owner there',
      [
        login('regcreds', 'ghcr.io'),
        cronJob('web', { images: ['ghcr.io/acme/web'], list: ['regcreds'] }),
        cronJob('nightly', { images: ['ghcr.io/acme/x'] }),
      ],
      `${none} ghcr.io/acme/x${unseen}`,
    ],
    [
      'a public image of Docker Hub',
      [hub('regcreds'), cronJob('nightly', { images: ['nginx', 'grafana/grafana'] })],
      undefined,
    ],
    [
      'a public image of Docker Hub, beside a private one',
      [
        hub('regcreds'),
        cronJob('web', { images: ['acme/web'], list: ['regcreds'] }),
        cronJob('nightly', { images: ['nginx'] }),
      ],
      undefined,
    ],
    [
      'a private image of Docker Hub',
      [
        hub('regcreds'),
        cronJob('web', { images: ['acme/web'], list: ['regcreds'] }),
        cronJob('nightly', { images: ['acme/x:v1'] }),
      ],
      `${none} acme/x:v1${unseen}`,
    ],
  ])('%s', async (_, objects, message) => {
    const text = objects.map((one) => JSON.stringify(one)).join('\n---\n');
    const { findings } = await report(['-f', '-'], text);
    const found = findings.filter(({ code }) => code === 'no-pull-secret' || code === 'no-entry');
    expect(found.map((one) => one.message)).toEqual(message === undefined ? [] : [message]);
    expect(found.map(({ severity, fix }) => [severity, fix.command])).toEqual(
      found.map(() => ['warning', 'regsecret attach regcreds -f FILE --write']),
    );
  });
});

test.each([[`\${IMAGE}`], ['ghcr.io/acme/web:$(TAG)'], ['$IMAGE']])(
  'an image that is %s is not judged, and the end says so',
  async (image) => {
    const end = `; 1 image has a variable that is not filled in (${image})`;
    const text = pod('', `"${image}"`);
    const stdout = `1 object in 1 file: nothing wrong${end}\n`;
    expect(await doctor(['-f', '-'], text)).toMatchObject({ code: 0, stdout });
    expect(await doctor(['-f', '-', '--strict'], text)).toMatchObject({ code: 3, stdout });
    for (const [flags, healthy] of [
      [[], true],
      [['--strict'], null],
    ] as const) {
      const found = JSON.parse((await doctor(['-f', '-', '-o', 'json', ...flags], text)).stdout);
      expect([found.healthy, found.manifests.unfilled]).toEqual([healthy, [image]]);
    }
  },
);

test.each([
  ['imagePullSecrets: $LIST', '1 variable in a list of pull secrets is'],
  ['imagePullSecrets: [{name: "$(ONE)"}, {name: $TWO}]', '2 variables in lists of pull secrets are'],
])('%s is not judged, and the end says so', async (list, variables) => {
  const text = pod('').replace(/imagePullSecrets: .*/, () => list) + secret('regcred');
  const stdout = `2 objects in 1 file: nothing wrong; ${variables} not filled in\n`;
  expect(await doctor(['-f', '-'], text)).toMatchObject({ code: 0, stdout });
  expect(await doctor(['-f', '-', '--strict'], text)).toMatchObject({ code: 3, stdout });
  const { manifests } = JSON.parse((await doctor(['-f', '-', '-o', 'json'], text)).stdout);
  expect(manifests.unfilledSecrets).toEqual(list.match(/\$[(A-Z)]+/g));
});

test.each([
  [`\${IMAGE}`, `to fill in the variables first: cat FILE | envsubst | regsecret doctor -f - --strict\n`],
  // No program does it alone.
  ['ghcr.io/acme/web:$(TAG)', ''],
])('with --strict it is said how an image that is %s is filled in, in a file', async (image, line) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'unfilled-')));
  const file = join(folder, 'web.yaml');
  writeFileSync(file, pod('', `"${image}"`));
  const said = async (...flags: string[]) => (await doctor(['-f', file, ...flags])).stdout.replace(file, 'FILE');
  const end = '1 object in 1 file: nothing wrong; 1 image has a variable that is not filled in (IMAGE)\n'.replace(
    'IMAGE',
    () => image,
  );
  expect(await said('--strict')).toBe(line + end);
  expect(await said('-n', 'team-a', '--ignore', 'missing-secret', '--strict')).toBe(
    line.replace(' --strict', ' -n team-a --strict --ignore missing-secret') + end,
  );
  expect(await said()).toBe(end);
  rmSync(folder, { recursive: true });
});

test('an image whose name is not valid is one finding, whatever its pull secrets open', async () => {
  const { findings } = await report(['-f', '-'], pod('{name: regcred}', 'ghcr.io/acme/WEB') + secret('regcred'));
  expect(findings.map(({ code }) => code)).toEqual(['invalid-image']);
});

describe('commands that are proposed', () => {
  test.each([
    ['the place of the image, for a file may have several containers of one name', pod('', 'UPPER'), 'vi +6 FILE'],
    ['a Secret for the registry of the image', pod('{name: a}'), 'regsecret create a --server ghcr.io'],
    [
      'what is to stand in the manifest',
      secret('a').replace(`"${CANARY}"`, '""'),
      'regsecret create a --server ghcr.io --dry-run=client -o yaml',
    ],
    ['a login for a docker config', '{"auths":{"ghcr.io":{}}}', 'vi +1 FILE'],
    ['the place, where a name is no name', pod('{name: $(reboot)}, {name: "; reboot"}'), 'vi +5 FILE'],
  ])('%s', async (_, text, command) => {
    const { findings } = await report(['-f', '-'], text);
    expect(findings.map(({ fix }) => fix.command)).toContain(command);
  });
});

/** What nobody calls anything, and what a shell would take for more than a word. */
const hostile = fc.constantFrom(
  'a; reboot',
  '$(reboot)',
  '`reboot`',
  "it's",
  'a b',
  '-x',
  'a',
  'regcred',
  '> f',
  'a\\nb',
);

test('a command that is pasted does nothing but what it says, whatever things are called', () =>
  fc.assert(
    fc.asyncProperty(fc.array(hostile, { minLength: 12, maxLength: 12 }), async (names) => {
      const [ns, name, list, image, container, server, other, ns2] = names;
      const metadata = { name, namespace: ns };
      const config = JSON.stringify({ auths: { [server ?? '']: {}, 'ghcr.io': { username: 'u' } } });
      const items = [
        secretOf({ name: other, namespace: ns2 }, config),
        secretOf({ name: list, namespace: ns2 }, config),
        { ...secretOf(metadata, config), type: 'Opaque' },
        {
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata,
          imagePullSecrets: [{ name: other }, { name: other }, {}],
        },
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata,
          spec: {
            serviceAccountName: name,
            imagePullSecrets: [{ name: list }, { name: list }, {}, { name }],
            containers: [
              { name: container, image },
              { name: container, image: 'ghcr.io/acme/web' },
            ],
          },
        },
      ];
      const { findings } = await report(['-f', '-'], JSON.stringify({ kind: 'List', items }));
      for (const { fix } of findings) {
        const bare = (fix.command ?? '').replace(/^vi /, '').replace(/\\['\\]|'[^']*'/g, '');
        expect(bare).not.toMatch(/[;`$<>()'\\]|reboot/);
      }
    }),
    { numRuns: 300 },
  ));

function secretOf(metadata: object, config: string): object {
  const type = 'kubernetes.io/dockerconfigjson';
  return { apiVersion: 'v1', kind: 'Secret', metadata, type, stringData: { '.dockerconfigjson': config } };
}

test.each([
  ['[regcred]', 'its list of pull secrets has the text regcred as an entry; write - name: regcred'],
  ['regcred', 'its imagePullSecrets is not a list; write imagePullSecrets: [{name: regcred}]'],
  ['{name: regcred}', 'its imagePullSecrets is not a list; write imagePullSecrets: [{name: regcred}]'],
])('the API server refuses imagePullSecrets: %s', async (list, fault) => {
  const text = pod('').replace('imagePullSecrets: []', `imagePullSecrets: ${list}`) + secret('regcred');
  // That it does not name the Secret is no more than that.
  expect(await doctor(['-f', '-'], text)).toMatchObject({
    code: 1,
    stdout: `stdin:5: error: the API server refuses pod web: ${fault} [empty-name]\n  hint: vi +5 FILE\n2 objects in 1 file: 1 error, 0 warnings\n`,
  });
});

test('a list of a chart is a template', async () => {
  const text = pod('').replace('imagePullSecrets: []', 'imagePullSecrets: {{ .Values.list }}');
  expect((await doctor(['-f', '-'], text)).stdout).toContain('values are still to be filled in');
});

test('files and images are two questions', async () => {
  const refused = {
    code: 2,
    stderr:
      'error: -f cannot be combined with targets\nhint: regsecret doctor -f a.yaml for the files, or regsecret doctor --image nginx for the cluster\n',
  };
  expect(await doctor(['--image', 'nginx', '-f', 'a.yaml'])).toMatchObject(refused);
});

test.each([
  [['-f', 'a.yaml', 'deploy/api', '-n', 'team'], 'doctor -n team -f a.yaml', 'doctor -n team deploy/api'],
  [['deploy/api', '-f', 'a.yaml', '--strict'], 'doctor -f a.yaml --strict', 'doctor deploy/api --strict'],
  [['-f', 'a.yaml', '-A', '-R'], 'doctor -f a.yaml -R', 'doctor -A'],
])('a target behind a file, which is no file: %j', async (args, inFiles, inCluster) => {
  expect(await doctor(args)).toMatchObject({
    code: 2,
    stderr: `error: -f cannot be combined with targets\nhint: regsecret ${inFiles} for the files, or regsecret ${inCluster} for the cluster\n`,
  });
});

test('a file that is not there', async () => {
  expect(await doctor(['-f', '/nope.yaml'])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'error: cannot read /nope.yaml: no such file or directory\nhint: ls -l /nope.yaml\n',
  });
});

test('of a Secret with thousands of broken entries the first are listed, and the rest are counted', async () => {
  const auths = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`r${index}.io`, { auth: '!' }]));
  const text = JSON.stringify(secretOf({ name: 'regcred' }, JSON.stringify({ auths })));
  const { stdout } = await doctor(['-f', '-'], text);
  expect(stdout.match(/\[unreadable-entry\]/g)).toHaveLength(20);
  expect(stdout).toContain('and 2980 more like it in this Secret');
  expect(stdout).toContain('1 object in 1 file: 3000 errors, 0 warnings\n');
});

test.each([
  ['nothing', ['-f', '-'], ''],
  ['white space, and JSON is wanted', ['-f', '-', '-o', 'json'], '\n\n'],
  ['nothing, beside files that name a Secret', ['-f', join(clean, '05-kustomization.yaml'), '-f', '-'], ''],
])('%s on stdin: the command before it has failed', async (_, args, text) => {
  expect(await doctor(args, text)).toEqual({
    code: 1,
    stdout: '',
    stderr: 'error: stdin is empty: the command before the pipe printed nothing\nhint: see its error above\n',
  });
});

test.each([
  [
    'what a template leaves that has nothing to fill in',
    '---\n# Source: web/templates/x.yaml\n---\n',
    'it holds no Kubernetes object',
  ],
  [
    'the error of a template',
    'Error: execution error at (web/templates/x.yaml:3:4): no image\n',
    'it holds no Kubernetes object',
  ],
  ['a document without an object', 'replicas: 3\nimage: ghcr.io/a/b\n', 'it holds no Kubernetes object'],
])('%s on stdin fails', async (_, text, why) => {
  // What made it has said more, so this is one line.
  expect(await doctor(['-f', '-'], text)).toEqual({
    code: 1,
    stdout: `stdin:1: error: stdin cannot be read: ${why} [unreadable-file]\n`,
    stderr: '',
  });
});

test('what attach prints is sound, but for the Secret that is made elsewhere', async () => {
  const { stdout } = await here(['attach', 'registry', '-f', '-'], { stdin: pod('') });
  const { code } = await doctor(['-f', '-', '--strict', '--ignore', 'missing-secret'], stdout);
  expect([code, (await doctor(['-f', '-', '--strict'], stdout)).code]).toEqual([0, 1]);
});

test('files without anything of ours say so', async () => {
  expect(await doctor(['-f', '-'], 'kind: ConfigMap\n')).toEqual({
    code: 0,
    stdout: '0 objects in 1 file: nothing wrong\n',
    stderr: 'warning: no pull secret in these files, and nothing that pulls images\n',
  });
});

/** Payloads of any kind, in whatever field. */
const payload = fc.oneof(
  fc.constantFrom('', '{}', '{"auths":{"ghcr.io":{"auth":"x"}}}', '{"auths":{"":{}}}', '{"ghcr.io":{"username":"u"}}'),
  fc.json(),
);
const secrets = fc
  .record(
    {
      type: fc.constantFrom('kubernetes.io/dockerconfigjson', 'kubernetes.io/dockercfg', 'Opaque', 7),
      data: fc.dictionary(fc.constantFrom('.dockerconfigjson', '.dockercfg', 'x'), payload, { noNullPrototype: true }),
      stringData: fc.dictionary(fc.constantFrom('.dockerconfigjson', '.dockercfg'), payload, { noNullPrototype: true }),
    },
    { requiredKeys: [] },
  )
  .map((rest) => JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'regsecret' }, ...rest }));

describe('whatever is in a file, there is an answer', () => {
  const answers = async (text: string): Promise<void> => {
    const { code, stdout, stderr } = await doctor(['-f', '-'], text);
    expect([0, 1]).toContain(code);
    if (text.trim() === '') return;
    expect(stdout).toMatch(/^(\d+ objects? in 1 file: .+|stdin:\d+: error: stdin cannot be read: .+)\n$/m);
    expect(stderr.replace('warning: no pull secret in these files, and nothing that pulls images\n', '')).toBe('');
  };

  test('manifests', () =>
    fc.assert(
      fc.asyncProperty(manifestTexts, fc.array(secrets, { maxLength: 2 }), (text, more) =>
        answers([text, ...more].join('\n---\n')),
      ),
      { numRuns: 300 },
    ));

  test('anything', () =>
    fc.assert(fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.json(), payload), answers), {
      numRuns: 300,
    }));
});

test.each([
  ['a.yaml', 'b.yml'],
  ['./a', 'b.json'],
  ['-f', 'a.yaml', 'b.yaml'],
  ['a.yaml', '-f', 'b'],
])('words that are files: %j', async (...args) => {
  const { code, stderr } = await doctor(args);
  expect([code, stderr.split('\n')[0]]).toEqual([1, expect.stringMatching(/^error: cannot read (\.\/)?[ab]/)]);
});
