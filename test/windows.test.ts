/** What differs on Windows: where files are, which shell the user has, and lines that end in CRLF. */
import { describe, expect, test } from 'vitest';
import { manifestFolders } from '../src/changes/saved-pod.ts';
import { homeFolder } from '../src/credentials/auth-file.ts';
import { defaultStore, dockerConfigPath } from '../src/credentials/docker.ts';
import { podmanFiles } from '../src/credentials/podman.ts';
import { kubeHome } from '../src/kubeconfig/kube-config.ts';
import { shellOf } from '../src/line/shell.ts';
import { here } from './support/here.ts';
import { machine } from './support/machine.ts';

const HOME = 'C:\\Users\\jane';
const PROFILE = { USERPROFILE: HOME, APPDATA: `${HOME}\\AppData\\Roaming`, LOCALAPPDATA: `${HOME}\\AppData\\Local` };

/** A path as on Windows, because the test may run on another system. */
const windowsPath = (path: string | undefined): string | undefined => path?.replaceAll('/', '\\');

describe('the login file of docker', () => {
  test.each<[env: Readonly<Record<string, string>>, path: string | undefined]>([
    [PROFILE, `${HOME}\\.docker\\config.json`],
    [{ ...PROFILE, HOME: 'C:\\msys\\home\\jane' }, `${HOME}\\.docker\\config.json`],
    [{ ...PROFILE, DOCKER_CONFIG: 'D:\\docker' }, 'D:\\docker\\config.json'],
    [{ HOME: 'C:\\msys\\home\\jane' }, undefined],
    [{}, undefined],
  ])('with %j', (env, path) => {
    expect(windowsPath(dockerConfigPath(env, 'win32'))).toBe(path);
  });

  test('a home folder is only that of the profile', () => {
    expect(homeFolder({ ...PROFILE, HOME: 'C:\\msys' }, 'win32')).toBe(HOME);
    expect(homeFolder({ HOME: 'C:\\msys' }, 'win32')).toBeUndefined();
  });

  test('a store is taken only where its program is', () => {
    expect(defaultStore({ ...PROFILE, PATH: '' }, 'win32')).toBeUndefined();
  });
});

describe('the login files of podman', () => {
  test.each([
    [PROFILE, [`${HOME}\\.config\\containers\\auth.json`, `${HOME}\\.docker\\config.json`, `${HOME}\\.dockercfg`]],
    [{ ...PROFILE, REGISTRY_AUTH_FILE: 'D:\\auth.json' }, ['D:\\auth.json']],
    [{}, []],
  ])('with %j', (env, paths) => {
    expect(podmanFiles(env, 'win32').map(({ path }) => windowsPath(path))).toEqual(paths);
  });
});

describe('the folder of .kube', () => {
  const drive = { HOMEDRIVE: 'H:', HOMEPATH: '\\jane' };
  const all = { HOME: 'M:\\home', ...drive, USERPROFILE: HOME };

  /** The expected values follow `HomeDir` of client-go's util/homedir. */
  test.each<[situation: string, env: Readonly<Record<string, string>>, files: readonly string[], home: string]>([
    ['a kubeconfig in HOME', all, ['M:\\home\\.kube\\config', `${HOME}\\.kube\\config`], 'M:\\home'],
    ['on the drive of a network', all, ['H:\\jane\\.kube\\config', `${HOME}\\.kube\\config`], 'H:\\jane'],
    ['in the profile', all, [`${HOME}\\.kube\\config`], HOME],
    ['nowhere: HOME, where it can be written', all, ['M:\\home w', `${HOME} w`], 'M:\\home'],
    ['nowhere: the profile before the drive', all, ['H:\\jane w', `${HOME} w`], HOME],
    ['nowhere, and nothing can be written', all, ['H:\\jane', HOME], HOME],
    ['nowhere, and no folder is there', all, [], 'M:\\home'],
    ['only the profile', { USERPROFILE: HOME }, [], HOME],
    ['half a drive is none', { HOMEDRIVE: 'H:', USERPROFILE: HOME }, [], HOME],
  ])('%s', (_, env, files, home) => {
    const exists = (path: string): boolean => files.some((file) => file.replace(/ w$/, '') === windowsPath(path));
    const isWritable = (folder: string): boolean => files.includes(`${folder} w`);
    expect(kubeHome(env, { system: 'win32', exists, isWritable })).toBe(home);
  });
});

describe('the folder for the state of programs', () => {
  test.each([
    [PROFILE, `${HOME}\\AppData\\Local\\regsecret`],
    [{ HOME, USERPROFILE: HOME }, `${HOME}\\.local\\state\\regsecret`],
    [{ HOME, LOCALAPPDATA: '' }, `${HOME}\\.local\\state\\regsecret`],
  ])('with %j', (env, folder) => {
    expect(windowsPath(manifestFolders(env, 'win32').state)).toBe(folder);
  });
});

describe('a command is written for', () => {
  test.each([
    ['win32', {}, 'powershell'],
    ['win32', { SHELL: '' }, 'powershell'],
    ['win32', { SHELL: '/usr/bin/bash' }, 'posix'],
    ['linux', {}, 'posix'],
    ['darwin', { SHELL: '/bin/zsh' }, 'posix'],
    // PowerShell and a shell started from it have the same variables.
    ['linux', { SHELL: '/usr/bin/pwsh', PSModulePath: '/opt' }, 'posix'],
  ] as const)('on %s, with %j: %s', (system, env, shell) => {
    expect(shellOf(env, system)).toBe(shell);
  });
});

describe('lines that end in CRLF are read like others', () => {
  const AUTH = Buffer.from('jane:s3cret').toString('base64');
  const docker = JSON.stringify({ auths: { 'ghcr.io': { auth: AUTH } } }, undefined, 2);
  const secret = [
    ...['apiVersion: v1', 'kind: Secret', 'type: kubernetes.io/dockerconfigjson', 'metadata:', '  name: pull'],
    `data:\n  .dockerconfigjson: ${Buffer.from(docker).toString('base64')}`,
  ].join('\n');
  const block = secret.replace(
    /^data:[\s\S]*/m,
    `stringData:\n  .dockerconfigjson: |\n    ${docker.replaceAll('\n', '\n    ')}\n`,
  );
  const pod = [
    ...['apiVersion: v1', 'kind: Pod', 'metadata:', '  name: web', 'spec:', '  imagePullSecrets:', '    - name: pull'],
    ...['  containers:', '    - name: web', '      image: quay.io/acme/web:v1', '---', secret, ''],
  ].join('\n');
  const kubeconfig = [
    ...['apiVersion: v1', 'kind: Config', 'current-context: one', 'contexts:', '  - name: one'],
    ...['    context: {cluster: c, user: u}', '  - name: "t\\', '      wo"', '    context: {cluster: c}'],
    ...[
      'clusters:',
      '  - name: c',
      '    cluster: {server: "https://127.0.0.1:1"}',
      'users:',
      '  - name: u',
      '    user:',
    ],
    ...['      exec: {apiVersion: client.authentication.k8s.io/v1, command: plugin, interactiveMode: Never}', ''],
  ].join('\n');
  const kuberc = [
    ...['apiVersion: kubectl.config.k8s.io/v1beta1', 'kind: Preference', 'credentialPluginPolicy: DenyAll', ''],
  ].join('\n');
  const create = 'create x --dry-run=client -o json';

  test.each<[what: string, files: Readonly<Record<string, string>>, line: string, said: string]>([
    ['the login file of docker', { '.docker/config.json': docker }, create, '.dockerconfigjson'],
    [
      'the one of podman',
      { '.config/containers/auth.json': docker },
      `${create} --from-file $HOME/.config/containers/auth.json`,
      '.dockerconfigjson',
    ],
    [
      '--password-file',
      { token: 's3cret\n' },
      `${create} --server r.io --username u --password-file $HOME/token --no-verify`,
      '.dockerconfigjson',
    ],
    ['a Secret in a manifest', { 's.yaml': secret }, 'inspect -f $HOME/s.yaml -o json', 'ghcr.io'],
    ['a Secret in a block of text', { 's.yaml': block }, 'inspect -f $HOME/s.yaml -o json', 'jane'],
    [
      'manifests',
      { 'm.yaml': pod },
      'doctor -f $HOME/m.yaml --offline',
      'm.yaml:10: warning: pull secret pull of pod web',
    ],
    ['a kubeconfig', { '.kube/config': kubeconfig }, '__complete list --context ', 'one\ntwo\n'],
    ['a kuberc', { '.kube/config': kubeconfig, '.kube/kuberc': kuberc }, 'list', 'policy set to "DenyAll"'],
  ])('%s', async (_, files, line, said) => {
    const answer = async (ends: string): Promise<unknown> => {
      const inHome = Object.entries(files).map(([name, text]) => [`$HOME/${name}`, text.replaceAll('\n', ends)]);
      const { home } = machine({ files: Object.fromEntries(inHome) });
      const words = line.replaceAll('$HOME', home).split(' ');
      const ran = await here(words, { env: { HOME: home, USERPROFILE: home }, secretOnStdout: true });
      return JSON.parse(
        JSON.stringify(ran)
          .replaceAll(JSON.stringify(home).slice(1, -1), '~')
          // The fingerprint differs in every run.
          .replace(/(fingerprint\W+)[0-9a-f]{8}/g, '$1…'),
      );
    };
    const plain = await answer('\n');
    expect(JSON.stringify(plain)).toContain(JSON.stringify(said).slice(1, -1));
    expect(await answer('\r\n')).toEqual(plain);
  });
});
