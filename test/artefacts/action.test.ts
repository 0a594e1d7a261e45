/** The GitHub Action: its steps run in bash with the variables of a runner, against a server that plays GitHub's downloads. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { tar } from '../environment/tar.ts';
import {
  ACTION,
  type Answer,
  type Job,
  linesOf,
  newJob,
  publish,
  type Releases,
  startReleases,
} from '../support/action-runner.ts';
import { artefacts, type Ran } from '../support/program.ts';

const [install, doctor] = ACTION.runs.steps;
/** The next step of a person whose commit of the Action does not list a version. */
const NEXT = 'pin the Action to a newer commit: https://github.com/regsecret/regsecret/commits/main/action/SHA256SUMS';

/** Runs the regsecret of this machine. Answers `--version` itself, which is faster. */
const PROGRAM = `#!/bin/sh\n[ "$1" = --version ] && echo '0.0.0 (0123456789ab)' && exit\nexec ${(artefacts()[0]?.[1] ?? []).map((word) => `'${word}'`).join(' ')} "$@"\n`;
const OLD_GLIBC = '#!/bin/sh\necho "version \\`GLIBC_2.99\' not found" >&2\nexit 1\n';
const WORKS = packed(PROGRAM);
const OLD = packed(OLD_GLIBC);

let releases: Releases;
/** The lines of action/SHA256SUMS, by version. */
const listed = new Map<string, string>();

beforeAll(async () => {
  releases = await startReleases();
});

afterAll(() => releases.close());

beforeEach(() => {
  releases.answers.clear();
  releases.asked.length = 0;
  listed.clear();
  // An older line can get a release after a newer one.
  for (const one of ['0.9.0', '0.10.0', '0.11.0-rc.1', '0.9.10']) release(one);
});

/** An archive for every system. For Windows, {@link UNZIP} replaces `unzip`, which not every machine that runs this test has. */
function packed(program: string): Uint8Array {
  const names = ['regsecret', 'regsecret.exe'];
  return gzipSync(tar(names.map((path) => ({ path, content: Buffer.from(program), mode: 0o755 }))));
}

/** The action calls `unzip -q ARCHIVE FILE -d FOLDER`. */
const UNZIP = '#!/bin/sh\nexec tar -xzf "$2" -C "$5" "$3"\n';

function release(one: string, archive = WORKS): void {
  listed.set(one, publish(releases, one, archive));
}

function job(env: Readonly<Record<string, string>> = {}): Job {
  const made = newJob([...listed.values()].join(''), { REGSECRET_RELEASES: releases.url, ...env });
  onTestFinished(made.remove);
  made.addProgram('unzip', UNZIP);
  return made;
}

/** The error message that the runner shows in its summary. */
function annotated({ code, stdout }: Ran): string {
  expect(code).toBe(1);
  return stdout.match(/^::error title=regsecret::(.*)$/m)?.[1] ?? stdout;
}

test('inputs and contexts reach the scripts as variables only', () => {
  const steps = ACTION.runs.steps as readonly { readonly run: string; readonly env: Record<string, string> }[];
  expect(steps.map(({ run }) => run).join()).not.toContain('${{');
  const used = steps.flatMap(({ env }) => Object.values(env));
  expect(used.sort()).toEqual(
    Object.keys(ACTION.inputs)
      .map((name) => `\${{ inputs.${name} }}`)
      .sort(),
  );
});

/** GitHub's Windows runners have the same bash, but not where this test would look for it. */
describe.skipIf(process.platform === 'win32')('in bash', () => {
  describe('a version', () => {
    test.each([
      ['the newest that the commit lists, where none is given', {}, '0.10.0'],
      ['that is given', { version: '0.9.0' }, '0.9.0'],
      ['as its tag is called', { version: 'v0.9.0' }, '0.9.0'],
      ['before a release', { version: '0.11.0-rc.1' }, '0.11.0-rc.1'],
    ])('%s', async (_, inputs: Record<string, string>, expected) => {
      const here = job();
      const ran = await here.step(install, inputs);
      expect(ran).toMatchObject({ code: 0, stderr: '' });
      expect(here.lines('GITHUB_OUTPUT')).toEqual([`version=${expected}`]);
      const [folder = ''] = here.lines('GITHUB_PATH');
      expect(dirname(folder)).toBe(join(here.folder, 'temp'));
      expect(readdirSync(folder)).toEqual(['regsecret']);
      expect(readdirSync(dirname(folder))).toHaveLength(1);
      expect(releases.asked).toEqual([`download/v${expected}/regsecret_${expected}_linux_amd64.tar.gz`]);
    });

    const notOne = 'the input version must be a release such as 0.1.0, but it is: ';
    test.each([
      ['nonsense', 'newest', `${notOne}newest`],
      ['a part of one', '0.1', `${notOne}0.1`],
      [
        'that would be another command of the workflow',
        '0.1.0\n::add-path::/tmp%',
        `${notOne}0.1.0%0A::add-path::/tmp%25`,
      ],
      ['that leads elsewhere', '../../../other/0.1.0', `${notOne}../../../other/0.1.0`],
      [
        'that is released, but the commit does not list it',
        '9.9.9',
        `this commit of the Action does not list regsecret 9.9.9, and its newest is 0.10.0; ${NEXT}`,
      ],
      [
        'that is whatever is newest elsewhere',
        'latest',
        `the input version cannot be latest: this commit of the Action installs only what it lists, and its newest is 0.10.0; leave version out for that one, or ${NEXT}`,
      ],
    ])('%s: nothing is asked for or installed', async (_, asked, message) => {
      publish(releases, '9.9.9', WORKS);
      releases.answers.set('latest/download/SHA256SUMS', Buffer.from(listed.get('0.9.0') ?? ''));
      const here = job();
      expect(annotated(await here.step(install, { version: asked }))).toBe(message);
      expect(here.lines('GITHUB_PATH')).toEqual([]);
      expect(releases.asked).toEqual([]);
    });

    test('before the first release that is one, the newest before it', async () => {
      for (const one of ['0.9.0', '0.10.0', '0.9.10']) listed.delete(one);
      const here = job();
      expect(await here.step(install)).toMatchObject({ code: 0, stderr: '' });
      expect(here.lines('GITHUB_OUTPUT')).toEqual(['version=0.11.0-rc.1']);
    });

    test.each([
      ['none is given', {}],
      ['one is given', { version: '0.9.0' }],
      ['the latest is asked for', { version: 'latest' }],
    ])('before the first release, where %s', async (_, inputs: Record<string, string>) => {
      listed.clear();
      expect(annotated(await job().step(install, inputs))).toBe(`this commit of the Action lists no release; ${NEXT}`);
    });
  });

  describe('a runner', () => {
    const musl = 'echo "musl libc (x86_64)" >&2; exit 1';
    test.each([
      ['Linux', 'X64', 'linux_amd64.tar.gz'],
      ['Linux', 'ARM64', 'linux_arm64.tar.gz'],
      ['macOS', 'X64', 'darwin_amd64.tar.gz'],
      ['macOS', 'ARM64', 'darwin_arm64.tar.gz'],
      ['Windows', 'X64', 'windows_amd64.zip'],
      ['Linux with musl', 'X64', 'linux_amd64_musl.tar.gz'],
    ])('with %s on %s gets its archive', async (os, arch, archive) => {
      const here = job({ RUNNER_OS: os.split(' ')[0] ?? '', RUNNER_ARCH: arch });
      here.addProgram('ldd', os.endsWith('musl') ? `#!/bin/sh\n${musl}\n` : '#!/bin/sh\necho "ldd (GNU libc) 2.36"\n');
      expect(await here.step(install, { version: '0.9.0' })).toMatchObject({ code: 0, stderr: '' });
      expect(releases.asked).toEqual([`download/v0.9.0/regsecret_0.9.0_${archive}`]);
    });

    test.each([
      ['Linux', 'ARM', 'Linux on ARM;'],
      ['Windows', 'ARM64', 'Windows on ARM64;'],
      ['Linux with musl', 'ARM64', 'Linux on ARM64 with musl;'],
    ])('with %s on %s is told of the npm package', async (os, arch, message) => {
      const here = job({ RUNNER_OS: os.split(' ')[0] ?? '', RUNNER_ARCH: arch });
      if (os.endsWith('musl')) here.addProgram('ldd', `#!/bin/sh\n${musl}\n`);
      const ran = await here.step(install);
      expect(annotated(ran)).toBe(
        `there is no executable for ${message} npm install --global regsecret works wherever Node does`,
      );
      expect(releases.asked).toEqual([]);
    });

    test('without a tool cache downloads it each time', async () => {
      const here = job({ RUNNER_TOOL_CACHE: '' });
      for (const _ of ['first', 'second']) expect(await here.step(install)).toMatchObject({ code: 0, stderr: '' });
      expect(releases.asked).toHaveLength(2);
    });

    test('whose tool cache cannot be written goes without it', async () => {
      const here = job({ RUNNER_TOOL_CACHE: '/dev/null/tools' });
      for (const _ of ['first', 'second']) expect(await here.step(install)).toMatchObject({ code: 0, stderr: '' });
      expect(releases.asked).toHaveLength(2);
      expect(here.lines('GITHUB_PATH')).toHaveLength(2);
    });

    test('with paths of Windows gets them back', async () => {
      const here = job({ RUNNER_OS: 'Windows', RUNNER_TEMP: 'D:\\a\\_temp', RUNNER_TOOL_CACHE: 'C:\\tools' });
      here.addProgram(
        'cygpath',
        `#!/bin/sh
case "$1 $2" in
  '-u D:\\a\\_temp') echo '${here.folder}/temp' ;;
  '-u C:\\tools') echo '${here.folder}/tools' ;;
  '-w ${here.folder}/temp/'*) printf '%s\\n' 'D:\\added' ;;
  *) exit 1 ;;
esac
`,
      );
      expect(await here.step(install)).toMatchObject({ code: 0, stderr: '' });
      expect(here.lines('GITHUB_PATH')).toEqual(['D:\\added']);
      expect(readdirSync(join(here.folder, 'tools/regsecret'))).toEqual(['regsecret_0.10.0_windows_amd64.zip']);
      const [added = ''] = readdirSync(join(here.folder, 'temp'));
      expect(readdirSync(join(here.folder, 'temp', added))).toEqual(['regsecret.exe']);
    });

    test('whose system is too old is told what the program says', async () => {
      release('0.9.0', OLD);
      const ran = await job().step(install, { version: '0.9.0' });
      expect(annotated(ran)).toBe("regsecret 0.9.0 does not run here: version `GLIBC_2.99' not found");
    });
  });

  test('the second run takes the archive from the tool cache and downloads nothing', async () => {
    const here = job();
    await here.step(install, { version: '0.9.0' });
    releases.asked.length = 0;
    expect(await here.step(install, { version: '0.9.0' })).toMatchObject({ code: 0 });
    expect(releases.asked).toEqual([]);
    expect(here.lines('GITHUB_PATH')).toHaveLength(2);
  });

  describe('a program that the commit does not list never runs:', () => {
    /** Writes `ran` beside itself. */
    const PLANTED = '#!/bin/sh\necho ran > "$RUNNER_TEMP/planted"\necho "0.9.0 (0123456789ab)"\n';
    const archive = 'regsecret_0.9.0_linux_amd64.tar.gz';

    test('a mirror serves another one, with sums of its own', async () => {
      releases.answers.set(`download/v0.9.0/${archive}`, packed(PLANTED));
      releases.answers.set('download/v0.9.0/SHA256SUMS', Buffer.from(linesOf([archive], packed(PLANTED))));
      const here = job();
      expect(annotated(await here.step(install, { version: '0.9.0' }))).toMatch(
        /^regsecret_0\.9\.0_linux_amd64\.tar\.gz is not the file that this commit of the Action lists: its SHA-256 is [0-9a-f]{64}, not [0-9a-f]{64}; nothing was installed$/,
      );
      expect(readdirSync(join(here.folder, 'temp'))).toEqual([]);
      expect(readdirSync(join(here.folder, 'tools'))).toEqual([]);
      expect(releases.asked).toEqual([`download/v0.9.0/${archive}`]);
    });

    test.each<[string, string, () => Uint8Array]>([
      ['an archive', `regsecret/${archive}`, () => packed(PLANTED)],
      ['a truncated archive', `regsecret/${archive}`, () => WORKS.subarray(0, 100)],
      ['the program', 'regsecret/0.9.0/linux_amd64/regsecret', () => Buffer.from(PLANTED)],
      ['the program in the place of the archive', `regsecret/${archive}`, () => Buffer.from(PLANTED)],
    ])('the tool cache has another one: %s', async (_, path, content) => {
      const here = job();
      const planted = join(here.folder, 'tools', path);
      mkdirSync(dirname(planted), { recursive: true });
      writeFileSync(planted, content(), { mode: 0o755 });
      const ran = await here.step(install, { version: '0.9.0' });
      expect(ran).toMatchObject({ code: 0, stderr: '' });
      expect(readdirSync(join(here.folder, 'temp'))).not.toContain('planted');
      const [folder = ''] = here.lines('GITHUB_PATH');
      expect(readFileSync(join(folder, 'regsecret'), 'utf8')).toBe(PROGRAM);
      // The next job finds the right one.
      expect(readFileSync(join(here.folder, 'tools/regsecret', archive))).toEqual(Buffer.from(WORKS));
    });

    test('the tool cache changes after the step: the job goes on with the one that was checked', async () => {
      const here = job();
      await here.step(install, { version: '0.9.0' });
      writeFileSync(join(here.folder, 'tools/regsecret', archive), packed(PLANTED));
      const [folder = ''] = here.lines('GITHUB_PATH');
      expect(readFileSync(join(folder, 'regsecret'), 'utf8')).toBe(PROGRAM);
    });
  });

  describe('nothing is installed when', () => {
    const name = 'regsecret_0.9.0_linux_amd64.tar.gz';
    const archive = `download/v0.9.0/${name}`;
    const cut: Answer = (_, response) => {
      const content = WORKS;
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 100), () => response.destroy());
    };
    test.each<[string, () => Answer | undefined, RegExp]>([
      ['the archive is another one', () => OLD, /is not the file that this commit of the Action lists/],
      [
        'the archive is truncated',
        () => WORKS.subarray(0, 100),
        /is not the file that this commit of the Action lists/,
      ],
      ['the archive is a page that says sorry', () => Buffer.from('<html>Sorry</html>'), /is not the file that/],
      [
        'the connection ends early',
        () => cut,
        /^cannot download http.*linux_amd64.tar.gz; the log has the error of curl$/,
      ],
      ['the archive is missing', () => undefined, /linux_amd64.tar.gz \(HTTP 404\)/],
      [
        'a redirect leads to another protocol',
        () => (_, response) => response.writeHead(302, { location: 'ftp://127.0.0.1/x' }).end(),
        /^cannot download/,
      ],
    ])('%s', async (_, answer, message) => {
      const changed = answer();
      if (changed === undefined) releases.answers.delete(archive);
      else releases.answers.set(archive, changed);
      const here = job();
      expect(annotated(await here.step(install, { version: '0.9.0' }))).toMatch(message);
      expect(here.lines('GITHUB_PATH')).toEqual([]);
      expect(here.lines('GITHUB_OUTPUT')).toEqual([]);
      expect(readdirSync(join(here.folder, 'temp'))).toEqual([]);
      // The next run downloads again.
      release('0.9.0');
      expect(await here.step(install, { version: '0.9.0' })).toMatchObject({ code: 0 });
    });

    test('the commit lists no archive of that version for the platform', async () => {
      listed.set(
        '0.9.0',
        linesOf(
          [
            `${name}.sig`,
            'xregsecret_0.9.0_linux_amd64.tar.gz',
            'regsecret_0x9.0_linux_amd64.tar.gz',
            'regsecret_0.9.0_darwin_arm64.tar.gz',
          ],
          WORKS,
        ),
      );
      expect(annotated(await job().step(install, { version: '0.9.0' }))).toBe(`regsecret 0.9.0 has no archive ${name}`);
      expect(releases.asked).toEqual([]);
    });
  });

  describe('doctor', () => {
    const POD = `apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  imagePullSecrets: [{ name: regcred }]
  containers: [{ name: web, image: ghcr.io/acme/web:1 }]
`;
    const BROKEN = `apiVersion: v1
kind: Secret
metadata: { name: regcred }
type: kubernetes.io/dockerconfigjson
data: { .dockerconfigjson: bm9wZQ== }
`;

    async function checked(files: Readonly<Record<string, string>>, inputs: Record<string, string>) {
      const here = job();
      const workspace = join(here.folder, 'workspace');
      for (const [name, content] of Object.entries(files)) {
        mkdirSync(dirname(join(workspace, name)), { recursive: true });
        writeFileSync(join(workspace, name), content);
      }
      await here.step(install);
      const { code, stdout, stderr } = await here.step(doctor, inputs);
      const annotations = stdout
        .split('\n')
        .flatMap((line) => line.match(/^::(\w+ file=[^,]+,line=\d+,title=[\w-]+)::/)?.[1] ?? []);
      return { code, annotations, stderr, left: readdirSync(workspace) };
    }

    test.each<[string, Record<string, string>, Record<string, string>, { code: number; annotations: string[] }]>([
      [
        'a folder and the folders in it; a warning lets the step pass',
        { 'deploy/prod/web.yaml': POD, 'deploy/values.yaml': 'replicas: 3\n' },
        { doctor: 'deploy/' },
        { code: 0, annotations: ['warning file=deploy/prod/web.yaml,line=5,title=missing-secret'] },
      ],
      [
        'an error lets the step fail',
        { 'deploy/secret.yaml': BROKEN },
        { doctor: 'deploy' },
        { code: 1, annotations: ['error file=deploy/secret.yaml,line=5,title=unreadable-payload'] },
      ],
      [
        'several lines, with blanks in names, around them and between',
        { 'my shop/web.yaml': POD, 'a.yaml': POD.replace('regcred', 'other'), 'not-asked.yaml': BROKEN },
        { doctor: 'my shop\n\n  a.yaml \r\n' },
        {
          code: 0,
          annotations: [
            'warning file=a.yaml,line=5,title=missing-secret',
            'warning file=my shop/web.yaml,line=5,title=missing-secret',
          ],
        },
      ],
      [
        'more flags',
        { 'web.yaml': POD },
        { doctor: '.', args: '--strict' },
        { code: 1, annotations: ['warning file=web.yaml,line=5,title=missing-secret'] },
      ],
      [
        'more flags, in lines',
        { 'web.yaml': POD },
        { doctor: '.', args: '--strict\n--ignore missing-secret\n' },
        { code: 0, annotations: [] },
      ],
      [
        'a flag that does not exist',
        { 'web.yaml': POD },
        { doctor: '.', args: '--lenient' },
        { code: 2, annotations: [] },
      ],
      ['a file that does not exist', {}, { doctor: 'deploy' }, { code: 1, annotations: [] }],
    ])('%s', async (_, files, inputs, expected) => {
      expect(await checked(files, inputs)).toMatchObject(expected);
    });

    test.each([
      ['files', { doctor: '$(touch pwned)\n`touch pwned`\n; touch pwned' }],
      ['flags', { doctor: 'web.yaml', args: '$(touch pwned) `touch pwned` ; touch pwned\n* > pwned' }],
    ])('nothing in %s is a command of the shell', async (_, inputs) => {
      expect((await checked({ 'web.yaml': POD }, inputs)).left).toEqual(['web.yaml']);
    });
  });
});
