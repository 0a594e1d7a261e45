/** regsecret fails where kubectl fails, with kubectl's words if it has some, and with a next step. */
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { KubeFlags } from '../../src/kubeconfig/kube-flags.ts';
import { createAuthority } from '../environment/certificate.ts';
import { clientCertificate, cluster } from '../environment/use.ts';
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

const SECRET = 'hidden-4711';

interface Case {
  readonly title: string;
  readonly given: () => { env?: Env; flags?: KubeFlags };
  /** Matches regsecret's error, with the hint in parentheses. */
  readonly ours: RegExp;
  /** Matches kubectl's error. Absent if kubectl succeeds or says less. */
  readonly theirs?: RegExp;
}

const config = (...args: Parameters<typeof writeConfig>) => ({ KUBECONFIG: writeConfig(...args) });
const broken = (content: string) => ({ env: { KUBECONFIG: writeFile(join(newFolder(), 'config'), content) } });
const withCluster = (more: object, base: object = trusted()) => ({
  env: config({ token: SECRET }, { cluster: { ...base, ...more } }),
});
const exec = (more: object) => ({
  env: config({
    exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'true', interactiveMode: 'Never', ...more },
  }),
});

function plugin(body: string, more: object = {}) {
  const KUBECONFIG = writeConfig({});
  writeScript(KUBECONFIG, 'plugin', body);
  const config = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: './plugin',
    interactiveMode: 'Never',
    ...more,
  };
  return { env: { KUBECONFIG: writeConfig({ exec: config }, { folder: dirname(KUBECONFIG) }) } };
}

const printing = (value: unknown) => `cat <<'END'\n${typeof value === 'string' ? value : JSON.stringify(value)}\nEND`;
const credential = (status: unknown, version = 'v1') => ({
  apiVersion: `client.authentication.k8s.io/${version}`,
  kind: 'ExecCredential',
  ...(status === undefined ? {} : { status }),
});

const cases: Case[] = [
  // Finding the configuration
  {
    title: 'no kubeconfig at all',
    given: () => ({ env: { HOME: '/nowhere' } }),
    ours: /^no kubeconfig: \/nowhere\/.kube\/config does not exist \(give one/,
  },
  {
    title: 'KUBECONFIG that names nothing but missing files',
    given: () => ({ env: { KUBECONFIG: '/nope/a:/nope/b' } }),
    ours: /^no kubeconfig: \/nope\/a, \/nope\/b do not exist/,
  },
  {
    title: '--kubeconfig that is missing',
    given: () => ({ flags: { kubeconfig: '/nope' } }),
    ours: /^stat \/nope: no such file or directory/,
    theirs: /stat \/nope: no such file or directory/,
  },
  {
    title: 'a kubeconfig that is a folder',
    given: () => ({ env: { KUBECONFIG: newFolder() } }),
    ours: /^error loading config file ".*": is a directory/,
    theirs: /error loading config file ".*": .*is a directory/,
  },
  {
    title: 'a kubeconfig that is not YAML',
    given: () => broken(`users:\n- name: a\n  user: {token: ${SECRET}\n`),
    ours: /^error loading config file ".*": yaml: line 4: /,
    theirs: /error loading config file ".*": .*yaml: line/,
  },
  {
    title: 'a manifest for a kubeconfig',
    given: () => broken('apiVersion: v1\nkind: Secret\n'),
    ours: /kind is "Secret", not "Config"/,
    theirs: /no kind "Secret" is registered/,
  },
  {
    title: 'a token that is a number',
    given: () => broken('users: [{name: a, user: {token: 4711}}]'),
    ours: /users\[0\]\.user\.token must be a text, not a number/,
    theirs: /cannot unmarshal number into Go struct field/,
  },
  {
    title: 'a list that is a map',
    given: () => broken('clusters: {a: {server: x}}'),
    ours: /clusters must be a list, not a map/,
    theirs: /cannot unmarshal object/,
  },
  {
    title: 'a user that stands twice',
    given: () => broken(`users: [{name: a, user: {token: ${SECRET}}}, {name: a}]`),
    ours: /duplicate name "a" in users/,
    theirs: /duplicate name "a" in list/,
  },
  {
    title: 'data that is not base64',
    given: () => withCluster({ 'certificate-authority-data': 'no!' }, { server: cluster().server }),
    ours: /clusters\[0\]\.cluster\.certificate-authority-data: illegal base64 data at input byte 2/,
    theirs: /illegal base64 data at input byte/,
  },
  {
    title: 'the second file of a list is broken',
    given: () => ({ env: { KUBECONFIG: `${writeConfig({})}:${broken('- a').env.KUBECONFIG}` } }),
    ours: /the document must be a map, not a list/,
    theirs: /error loading config file/,
  },
  // Choosing from it
  {
    title: '--context that does not exist',
    given: () => ({ env: config({}), flags: { context: 'nope' } }),
    ours: /^context "nope" does not exist \(kubectl config get-contexts\)/,
    theirs: /context "nope" does not exist/,
  },
  {
    title: '--user that does not exist',
    given: () => ({ env: config({}), flags: { user: 'nope' } }),
    ours: /^auth info "nope" does not exist/,
    theirs: /auth info "nope" does not exist/,
  },
  {
    title: '--cluster that does not exist',
    given: () => ({ env: config({}), flags: { cluster: 'nope' } }),
    ours: /^cluster "nope" does not exist/,
    theirs: /cluster "nope" does not exist/,
  },
  {
    title: 'a current context that does not exist',
    given: () => broken('current-context: nope'),
    ours: /^context was not found for specified context: nope/,
    theirs: /context was not found for specified context: nope/,
  },
  {
    title: 'no current context',
    given: () => broken('contexts: [{name: here, context: {cluster: c}}]'),
    ours: /^no context is chosen in the kubeconfig \(kubectl config use-context here\)/,
  },
  {
    title: 'a context of a cluster that does not exist',
    given: () => ({ env: config({}, { context: { cluster: 'gone' } }) }),
    ours: /^cluster "gone" was not found for context "test"/,
  },
  {
    title: 'a cluster without a server',
    given: () => ({ env: config({}, { cluster: { 'tls-server-name': 'x' } }) }),
    ours: /^no server found for cluster "test"/,
  },
  {
    title: 'a server that is no URL',
    given: () => ({ env: config({}, { cluster: { server: 'ftp://u:pw@x' } }) }),
    ours: /^the server must be a URL or a host:port pair: "ftp:\/\/x"/,
    theirs: /unsupported protocol scheme/,
  },
  // What contradicts itself
  {
    title: 'an authority twice',
    given: () => withCluster({ 'certificate-authority-data': 'QQ==' }),
    ours: /certificate-authority-data and certificate-authority are both specified for test/,
    theirs: /certificate-authority-data and certificate-authority are both specified for test/,
  },
  {
    title: 'an authority and no verification',
    given: () => withCluster({ 'insecure-skip-tls-verify': true }),
    ours: /specifying a root certificates file with the insecure flag is not allowed/,
    theirs: /specifying a root certificates file with the insecure flag is not allowed/,
  },
  {
    title: 'an authority that is missing',
    given: () => withCluster({ 'certificate-authority': '/nope.crt' }),
    ours: /unable to read certificate-authority \/nope.crt for test due to open \/nope.crt: no such file or directory/,
    theirs:
      /unable to read certificate-authority \/nope.crt for test due to open \/nope.crt: no such file or directory/,
  },
  {
    title: 'an authority that is none',
    given: () => withCluster({ 'certificate-authority-data': 'QQ==' }, { server: cluster().server }),
    ours: /^unable to load root certificates: no certificate in certificate-authority-data/,
    theirs: /unable to load root certificates/,
  },
  {
    title: 'a proxy of an unknown kind',
    given: () => withCluster({ 'proxy-url': `ftp://u:${SECRET}@proxy` }),
    ours: /invalid 'proxy-url' for cluster "test": unsupported scheme "ftp", must be http, https, or socks5/,
    theirs: /unsupported scheme "ftp", must be http, https, or socks5/,
  },
  {
    title: 'a certificate without a key',
    given: () => ({ env: config({ 'client-certificate': clientCertificate('jane').certFile }) }),
    ours: /client-key-data or client-key must be specified for test to use the clientCert authentication method/,
    theirs: /client-key-data or client-key must be specified for test to use the clientCert authentication method/,
  },
  {
    title: 'a certificate with the key of another one',
    given: () => {
      const [{ certFile }, { keyFile }] = [clientCertificate('jane'), clientCertificate('jane')];
      return { env: config({ 'client-certificate': certFile, 'client-key': keyFile }) };
    },
    ours: /^the client certificate and its key cannot be used: key values mismatch/,
    theirs: /private key does not match public key/,
  },
  {
    title: 'a certificate with a key of another kind',
    given: () => {
      const [{ keyFile }, { caFile }] = [clientCertificate('jane'), cluster()];
      return { env: config({ 'client-certificate': caFile, 'client-key': keyFile }) };
    },
    ours: /^the client certificate and its key cannot be used: the certificate is for RSA, the key is EC/,
    theirs: /private key type does not match public key type/,
  },
  {
    title: 'a token and a password',
    given: () => ({ env: config({ token: SECRET, username: 'u', password: SECRET }) }),
    ours: /more than one authentication method found for test; found \[token basicAuth\], only one is allowed/,
    theirs: /more than one authentication method found for test; found \[token basicAuth\], only one is allowed/,
  },
  {
    title: 'a tokenFile and a password',
    given: () => ({ env: config({ tokenFile: cluster().caFile, username: 'u', password: SECRET }) }),
    ours: /username\/password or bearer token may be set, but not both/,
    theirs: /username\/password or bearer token may be set, but not both/,
  },
  {
    title: 'a tokenFile that is missing',
    given: () => ({ env: config({ tokenFile: '/nope' }) }),
    ours: /^open \/nope: no such file or directory/,
    theirs: /open \/nope: no such file or directory/,
  },
  {
    title: '--as-group without --as',
    given: () => ({ env: config({ token: SECRET }), flags: { asGroup: ['g'] } }),
    ours: /requesting uid, groups or user-extra for test without impersonating a user/,
    theirs: /requesting uid, groups or user-extra for test without impersonating a user/,
  },
  {
    title: '--request-timeout that is none',
    given: () => ({ env: config({ token: SECRET }), flags: { requestTimeout: '5 apples' } }),
    ours: /^invalid --request-timeout "5 apples"/,
    theirs: /Invalid timeout value/,
  },
  // Plugins
  {
    title: 'a plugin that is missing',
    given: () => exec({ command: 'no-such-plugin', installHint: 'brew install\n  it' }),
    ours: /^getting credentials: exec: executable no-such-plugin not found \(brew install it\)/,
    theirs: /exec: executable no-such-plugin not found/,
  },
  {
    title: 'a plugin that fails',
    given: () => plugin(`echo "log in first" >&2; exit 3`, { args: [SECRET] }),
    ours: /^getting credentials: exec: executable .*plugin failed with exit code 3/,
    theirs: /exec: executable .*plugin failed with exit code 3/,
  },
  {
    title: 'a plugin that prints something else',
    given: () => plugin(printing(`{"token": "${SECRET}"`)),
    ours: /decoding stdout: neither JSON nor YAML/,
    theirs: /decoding stdout/,
  },
  {
    title: 'a plugin that prints nothing',
    given: () => plugin('true'),
    ours: /decoding stdout: not an ExecCredential/,
    theirs: /plugin returned version client.authentication.k8s.io\/__internal/,
  },
  {
    title: 'a plugin of another version',
    given: () => plugin(printing(credential({ token: SECRET }, 'v1beta1'))),
    ours: /exec plugin is configured to use API version client.authentication.k8s.io\/v1, plugin returned version client.authentication.k8s.io\/v1beta1/,
    theirs:
      /exec plugin is configured to use API version client.authentication.k8s.io\/v1, plugin returned version client.authentication.k8s.io\/v1beta1/,
  },
  {
    title: 'a plugin without a status',
    given: () => plugin(printing(credential(undefined))),
    ours: /exec plugin didn't return a status field/,
    theirs: /exec plugin didn't return a status field/,
  },
  {
    title: 'a plugin without credentials',
    given: () => plugin(printing(credential({}))),
    ours: /exec plugin didn't return a token or cert\/key pair/,
    theirs: /exec plugin didn't return a token or cert\/key pair/,
  },
  {
    title: 'a plugin with half a pair',
    given: () => plugin(printing(credential({ clientKeyData: SECRET }))),
    ours: /exec plugin returned only certificate or key, not both/,
    theirs: /exec plugin returned only certificate or key, not both/,
  },
  {
    title: 'a plugin of v1 without interactiveMode',
    given: () => exec({ interactiveMode: undefined }),
    ours: /interactiveMode must be specified for test to use exec authentication plugin/,
    theirs: /interactiveMode must be specified for test to use exec authentication plugin/,
  },
  {
    title: 'a plugin of v1alpha1',
    given: () => exec({ apiVersion: 'client.authentication.k8s.io/v1alpha1' }),
    ours: /exec plugin: invalid apiVersion "client.authentication.k8s.io\/v1alpha1"/,
    theirs: /exec plugin: invalid apiVersion "client.authentication.k8s.io\/v1alpha1"/,
  },
  {
    title: 'a plugin that needs a terminal',
    given: () => exec({ interactiveMode: 'Always' }),
    ours: /exec plugin cannot support interactive mode: standard input is not a terminal/,
    theirs: /exec plugin cannot support interactive mode: standard input is not a terminal/,
  },
  {
    title: 'a plugin and an auth-provider',
    given: () => ({
      env: config({
        exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'x', interactiveMode: 'Never' },
        'auth-provider': { name: 'oidc' },
      }),
    }),
    ours: /authProvider cannot be provided in combination with an exec plugin for test/,
    theirs: /authProvider cannot be provided in combination with an exec plugin for test/,
  },
  {
    title: 'an auth-provider that was removed',
    given: () => ({ env: config({ 'auth-provider': { name: 'gcp' } }) }),
    ours: /the gcp auth plugin has been removed \(use the credential plugin gke-gcloud-auth-plugin/,
    theirs: /The gcp auth plugin has been removed/,
  },
  {
    title: 'an auth-provider that nobody knows',
    given: () => ({ env: config({ 'auth-provider': { name: 'x' } }) }),
    ours: /no Auth Provider found for name "x"/,
    theirs: /no Auth Provider found for name "x"/,
  },
  // The server
  {
    title: 'a token that nobody knows',
    given: () => ({ env: config({ token: SECRET }) }),
    ours: /^Unauthorized$/,
    theirs: /You must be logged in to the server/,
  },
  {
    // kubectl asks for a user name and a password, which no API server takes any more.
    title: 'nobody',
    given: () => ({ env: config({}) }),
    ours: /^selfsubjectreviews\.authentication\.k8s\.io is forbidden: User "system:anonymous"/,
  },
  {
    title: 'an authority that did not sign the server',
    given: () =>
      withCluster(
        { 'certificate-authority-data': Buffer.from(createAuthority('x').certificate).toString('base64') },
        { server: cluster().server },
      ),
    ours: /^unable to connect to the server https:.*: its certificate is signed by an unknown authority \(trust its CA/,
    theirs: /certificate signed by unknown authority/,
  },
  {
    title: 'the authorities of the machine for a private one',
    given: () => withCluster({}, { server: cluster().server }),
    ours: /its certificate is signed by an unknown authority/,
    theirs: /certificate signed by unknown authority/,
  },
  {
    title: 'a server of another name',
    given: () => withCluster({ 'tls-server-name': 'other.example' }),
    ours: /its certificate is valid for 127.0.0.1, localhost, .*, not other.example \(if it is the correct server/,
    theirs: /certificate is valid for .*, not other.example/,
  },
  {
    title: 'a port where nobody listens',
    given: () => withCluster({ server: 'https://127.0.0.1:1' }),
    ours: /^the connection to the server https:\/\/127.0.0.1:1 was refused/,
    theirs: /The connection to the server 127.0.0.1:1 was refused/,
  },
  {
    title: 'a host that does not exist',
    given: () => withCluster({ server: 'https://no.such.invalid' }),
    ours: /no such host no.such.invalid/,
    theirs: /no such host/,
  },
  {
    title: 'http, to which no token is sent',
    given: () => withCluster({ server: cluster().server.replace('https', 'http') }),
    ours: /^the server answered HTTP 400|closed the connection/,
    theirs: /Client sent an HTTP request to an HTTPS server|the server rejected our request/,
  },
];

describe.concurrent('we fail as kubectl does with', () => {
  test.each(cases)('$title', async ({ given, ours, theirs }) => {
    const { env = {}, flags = {} } = given();
    const [kubectl, node, bun] = await Promise.all([kubectlWho(flags, env), ourWho(flags, env), bunWho(flags, env)]);
    expect(node.error).toMatch(ours);
    expect(bun.error).toMatch(ours);
    if (theirs !== undefined) expect(kubectl.error).toMatch(theirs);
    expect(JSON.stringify([node, bun])).not.toContain(SECRET);
    expect(node.error).not.toMatch(/\n|undefined/);
  });
});
