/** With every kind of credential and every flag, the real API server sees regsecret as the same user as kubectl. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { KubeFlags } from '../../src/kubeconfig/kube-flags.ts';
import { createAuthority } from '../environment/certificate.ts';
import { api, clientCertificate, cluster, newNamespace } from '../environment/use.ts';
import {
  bunWho,
  type Env,
  kubectlWho,
  newFolder,
  ourWho,
  trusted,
  writeConfig,
  writeFile,
  writeScript,
} from '../support/kube-world.ts';

interface Case {
  readonly title: string;
  /** Writes the files that the case needs, and returns the variables and flags for the programs. */
  readonly given: () => { env?: Env; flags?: KubeFlags };
  /** The expected user name. It tells a real login from two that fail alike. */
  readonly is: string | (() => string);
}

const base64 = (file: string) => readFileSync(file).toString('base64');
const inline = ({ certFile, keyFile } = clientCertificate('jane', ['team-a', 'team-b'])) => ({
  'client-certificate-data': base64(certFile),
  'client-key-data': base64(keyFile),
});
const files = ({ certFile, keyFile } = clientCertificate('jane')) => ({
  'client-certificate': certFile,
  'client-key': keyFile,
});
const config = (...args: Parameters<typeof writeConfig>) => ({ KUBECONFIG: writeConfig(...args) });
const admin = () => ({ token: cluster().tokenUsers['token-admin'].token });
const caData = () => base64(cluster().caFile);
const wrongCa = () => Buffer.from(createAuthority('wrong').certificate).toString('base64');

let serviceAccount = { name: '', token: '' };

beforeAll(async () => {
  const namespace = await newNamespace({ serviceAccount: true });
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/default/token`;
  const { body } = await api('POST', path, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} });
  serviceAccount = { name: `system:serviceaccount:${namespace}:default`, token: body.status.token };
});

/** Writes a kubeconfig whose user gets credentials from a script that prints an ExecCredential. */
function plugin(body: string, more: object = {}, cluster?: object): Env {
  const KUBECONFIG = writeConfig({}, cluster === undefined ? {} : { cluster });
  writeScript(KUBECONFIG, 'plugin', body);
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: './plugin',
    interactiveMode: 'Never',
    ...more,
  };
  return config({ exec }, { folder: dirname(KUBECONFIG), ...(cluster === undefined ? {} : { cluster }) });
}

const printing = (status: object, version = 'v1') =>
  `cat <<'END'\n${JSON.stringify({ apiVersion: `client.authentication.k8s.io/${version}`, kind: 'ExecCredential', status })}\nEND`;

const pair = (user: string) => {
  const { certFile, keyFile } = clientCertificate(user);
  return { clientCertificateData: readFileSync(certFile, 'utf8'), clientKeyData: readFileSync(keyFile, 'utf8') };
};

const cases: Case[] = [
  { title: 'a client certificate in the file', is: 'jane', given: () => ({ env: config(inline()) }) },
  { title: 'a client certificate in files', is: 'jane', given: () => ({ env: config(files()) }) },
  {
    title: 'files beside the kubeconfig',
    is: 'jane',
    given: () => {
      const folder = newFolder();
      const { certFile, keyFile } = clientCertificate('jane');
      writeFile(join(folder, 'jane.crt'), readFileSync(certFile, 'utf8'));
      writeFile(join(folder, 'jane.key'), readFileSync(keyFile, 'utf8'));
      writeFile(join(folder, 'ca.crt'), readFileSync(cluster().caFile, 'utf8'));
      const beside = { ...trusted(), 'certificate-authority': './ca.crt' };
      return {
        env: config({ 'client-certificate': 'jane.crt', 'client-key': './jane.key' }, { folder, cluster: beside }),
      };
    },
  },
  { title: 'a token', is: 'token-admin', given: () => ({ env: config(admin()) }) },
  {
    title: 'a token of a service account',
    is: () => serviceAccount.name,
    given: () => ({ env: config(serviceAccount) }),
  },
  {
    title: 'a token in a file beside the kubeconfig',
    is: 'token-admin',
    given: () => {
      const folder = newFolder();
      writeFile(join(folder, 'token'), `${admin().token}\n`);
      return { env: config({ tokenFile: 'token' }, { folder }) };
    },
  },
  {
    title: 'a token and a tokenFile, which wins',
    is: 'token-admin',
    given: () => {
      const folder = newFolder();
      writeFile(join(folder, 'token'), admin().token);
      return { env: config({ token: serviceAccount.token, tokenFile: 'token' }, { folder }) };
    },
  },
  {
    title: 'a token and a tokenFile that is missing',
    is: () => serviceAccount.name,
    given: () => ({ env: config({ token: serviceAccount.token, tokenFile: 'missing' }) }),
  },
  { title: 'a certificate and a token', is: 'jane', given: () => ({ env: config({ ...inline(), ...admin() }) }) },
  { title: 'a kubeconfig in YAML', is: 'token-admin', given: () => ({ env: { KUBECONFIG: yamlConfig() } }) },

  { title: 'a plugin that prints a token', is: 'token-admin', given: () => ({ env: plugin(printing(admin())) }) },
  {
    title: 'a plugin of v1beta1, without interactiveMode',
    is: 'token-admin',
    given: () => ({
      env: plugin(printing(admin(), 'v1beta1'), {
        apiVersion: 'client.authentication.k8s.io/v1beta1',
        interactiveMode: undefined,
      }),
    }),
  },
  { title: 'a plugin that prints a certificate', is: 'peter', given: () => ({ env: plugin(printing(pair('peter'))) }) },
  {
    title: 'a plugin that prints a token and a certificate',
    is: 'peter',
    given: () => ({ env: plugin(printing({ ...admin(), ...pair('peter') })) }),
  },
  {
    title: 'a plugin that prints YAML',
    is: 'token-admin',
    given: () => ({
      env: plugin(
        `printf 'apiVersion: client.authentication.k8s.io/v1\\nkind: ExecCredential\\nstatus:\\n  token: %s\\n' ${admin().token}`,
      ),
    }),
  },
  {
    title: 'a plugin with arguments, its own environment and ours',
    is: 'token-admin',
    given: () => ({
      env: {
        ...plugin(
          `[ "$1$2$FROM_FILE$FROM_US" = 'a  bcd' ] && echo "{\\"apiVersion\\":\\"client.authentication.k8s.io/v1\\",\\"kind\\":\\"ExecCredential\\",\\"status\\":{\\"token\\":\\"$TOKEN\\"}}"`,
          {
            args: ['a  ', 'b'],
            env: [
              { name: 'FROM_FILE', value: 'c' },
              { name: 'TOKEN', value: admin().token },
            ],
          },
        ),
        FROM_US: 'd',
        FROM_FILE: 'overridden',
      },
    }),
  },
  {
    title: 'a plugin that is not asked because there is a token',
    is: 'token-admin',
    given: () => ({ env: plugin('exit 1'), flags: admin() }),
  },

  { title: '--token', is: 'token-admin', given: () => ({ env: config({}), flags: admin() }) },
  {
    title: '--token for a user with a certificate',
    is: 'jane',
    given: () => ({ env: config(inline()), flags: admin() }),
  },
  {
    title: '--client-certificate and --client-key for a user with a certificate in the file',
    is: 'peter',
    given: () => {
      const { certFile, keyFile } = clientCertificate('peter');
      return { env: config(inline()), flags: { clientCertificate: certFile, clientKey: keyFile } };
    },
  },
  { title: '--as', is: 'johndoe', given: () => ({ env: config(admin()), flags: { as: 'johndoe' } }) },
  {
    title: '--as, --as-group and --as-uid',
    is: 'johndoe',
    given: () => ({ env: config(admin()), flags: { as: 'johndoe', asGroup: ['g1', 'g2, g3'], asUid: '4711' } }),
  },
  {
    title: 'as, as-groups, as-uid and as-user-extra in the file',
    is: 'jürgen',
    given: () => ({
      env: config({
        ...admin(),
        as: 'jürgen',
        'as-uid': '4711',
        'as-groups': ['g1', 'g2'],
        'as-user-extra': { 'acme.com/Project%': ['x', 'yé'], scopes: ['a'] },
      }),
    }),
  },
  {
    title: '--as-group for a user with groups in the file',
    is: 'johndoe',
    given: () => ({ env: config({ ...admin(), as: 'johndoe', 'as-groups': ['g1'] }), flags: { asGroup: ['g9'] } }),
  },

  {
    title: '--context',
    is: 'token-admin',
    given: () => ({ env: { KUBECONFIG: manyContexts() }, flags: { context: 'second' } }),
  },
  { title: '--user', is: 'jane', given: () => ({ env: { KUBECONFIG: manyContexts() }, flags: { user: 'jane' } }) },
  {
    title: '--cluster and --user without a context',
    is: 'jane',
    given: () => ({ env: { KUBECONFIG: manyContexts('') }, flags: { cluster: 'right', user: 'jane' } }),
  },
  {
    title: '--api-server and no kubeconfig',
    is: 'token-admin',
    given: () => ({ flags: { apiServer: cluster().server, certificateAuthority: cluster().caFile, ...admin() } }),
  },
  {
    title: '--kubeconfig, whatever KUBECONFIG says',
    is: 'token-admin',
    given: () => ({ env: config(inline()), flags: { kubeconfig: writeConfig(admin()) } }),
  },
  {
    title: 'KUBERNETES_MASTER and no kubeconfig',
    is: 'token-admin',
    given: () => ({
      env: { KUBERNETES_MASTER: cluster().server },
      flags: { certificateAuthority: cluster().caFile, ...admin() },
    }),
  },
  {
    title: 'a list of kubeconfigs with one that is missing, an empty name and a name that stands twice',
    is: 'jane',
    given: () => {
      const missing = join(newFolder(), 'none');
      return { env: { KUBECONFIG: ['', missing, writeConfig(inline()), missing, writeConfig(admin())].join(':') } };
    },
  },
  {
    title: 'a list in which the first file has the context and the second one the user',
    is: 'jane',
    given: () => {
      const folder = newFolder();
      const first = writeFile(
        join(folder, 'first'),
        'contexts: [{name: c, context: {cluster: test, user: test}}]\ncurrent-context: c\n',
      );
      return { env: { KUBECONFIG: `${first}:${writeConfig(inline())}` } };
    },
  },

  {
    title: 'certificate-authority-data',
    is: 'token-admin',
    given: () => ({
      env: config(admin(), { cluster: { server: cluster().server, 'certificate-authority-data': caData() } }),
    }),
  },
  {
    title: 'insecure-skip-tls-verify',
    is: 'token-admin',
    given: () => ({
      env: config(admin(), { cluster: { server: cluster().server, 'insecure-skip-tls-verify': true } }),
    }),
  },
  {
    title: '--insecure-skip-tls-verify for a cluster with an authority',
    is: 'token-admin',
    given: () => ({ env: config(admin(), { cluster: wrong() }), flags: { insecureSkipTlsVerify: true } }),
  },
  {
    title: '--certificate-authority for a cluster with another authority',
    is: 'token-admin',
    given: () => ({ env: config(admin(), { cluster: wrong() }), flags: { certificateAuthority: cluster().caFile } }),
  },
  {
    title: '--certificate-authority for a cluster that is not verified',
    is: 'token-admin',
    given: () => ({
      env: config(admin(), { cluster: { server: cluster().server, 'insecure-skip-tls-verify': true } }),
      flags: { certificateAuthority: cluster().caFile },
    }),
  },
  {
    title: 'tls-server-name',
    is: 'token-admin',
    given: () => ({ env: config(admin(), { cluster: { ...trusted(), 'tls-server-name': 'kubernetes.default.svc' } }) }),
  },
  {
    title: '--tls-server-name for a cluster with another name',
    is: 'token-admin',
    given: () => ({
      env: config(admin(), { cluster: { ...trusted(), 'tls-server-name': 'wrong.example' } }),
      flags: { tlsServerName: 'localhost' },
    }),
  },
  {
    title: '--api-server, which drops the tls-server-name of the file',
    is: 'token-admin',
    given: () => ({
      env: config(admin(), {
        cluster: { ...trusted(), server: 'https://wrong.example', 'tls-server-name': 'wrong.example' },
      }),
      flags: { apiServer: cluster().server },
    }),
  },
  {
    title: '--request-timeout',
    is: 'token-admin',
    given: () => ({ env: config(admin()), flags: { requestTimeout: '1m30s' } }),
  },
];

function wrong() {
  return { server: cluster().server, 'certificate-authority-data': wrongCa() };
}

function yamlConfig(): string {
  return writeFile(
    join(newFolder(), 'config'),
    `# mine
apiVersion: v1
kind: Config
preferences: {}
clusters:
- cluster:
    certificate-authority-data: ${caData()}
    server: ${cluster().server}
  name: "kind"
contexts:
- context: {cluster: kind, user: 'kind admin'}
  name: kind
current-context: kind
users:
- name: kind admin
  user:
    token: >-
      ${admin().token}
`,
  );
}

function manyContexts(current = 'first'): string {
  return writeFile(
    join(newFolder(), 'config'),
    JSON.stringify({
      clusters: [
        { name: 'right', cluster: trusted() },
        { name: 'wrong', cluster: { server: 'https://127.0.0.1:1' } },
      ],
      users: [
        { name: 'admin', user: admin() },
        { name: 'jane', user: inline() },
      ],
      contexts: [
        { name: 'first', context: { cluster: 'right', user: 'admin' } },
        { name: 'second', context: { cluster: 'right', user: 'admin' } },
        { name: 'third', context: { cluster: 'wrong', user: 'admin' } },
      ],
      'current-context': current,
    }),
  );
}

describe.concurrent('we are who kubectl is with', () => {
  test.each(cases)('$title', async ({ given, is }) => {
    const { env = {}, flags = {} } = given();
    const [theirs, ours, underBun] = await Promise.all([
      kubectlWho(flags, env),
      ourWho(flags, env),
      bunWho(flags, env),
    ]);
    expect(theirs.user, theirs.error).toMatchObject({ username: typeof is === 'string' ? is : is() });
    expect(ours).toEqual({ user: theirs.user, namespace: 'default', stderr: '' });
    expect(underBun).toEqual({ user: theirs.user, namespace: 'default', stderr: '' });
  });
});
