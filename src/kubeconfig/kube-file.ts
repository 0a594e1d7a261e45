/** Parses one kubeconfig file, YAML or JSON, into checked and typed parts (client-go tools/clientcmd/api/v1/types.go). */
import { dirname, resolve, sep } from 'node:path';
import { foldName } from '../codec/go/json.ts';
import { compareUtf8 } from '../codec/go/utf8.ts';
import {
  bytes,
  type Field,
  FieldError,
  flag,
  listField,
  member,
  parseDocument,
  record,
  text,
  texts,
} from './fields.ts';

/** What `T` reads, as in the file but with absolute paths; any part may be missing. */
type FileFields<T extends (...args: never[]) => unknown> = {
  readonly [K in keyof ReturnType<T>]?: ReturnType<T>[K] | undefined;
};

export type Cluster = FileFields<typeof readCluster>;
export type User = FileFields<typeof readUser>;
export type KubeContext = FileFields<typeof readContext>;
export type AuthProvider = NonNullable<User['authProvider']>;

export interface ExecConfig {
  readonly apiVersion?: string | undefined;
  readonly command?: string | undefined;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly installHint?: string | undefined;
  readonly provideClusterInfo: boolean;
  readonly interactiveMode?: string | undefined;
}

export interface KubeFile {
  readonly currentContext?: string | undefined;
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly users: ReadonlyMap<string, User>;
  readonly contexts: ReadonlyMap<string, KubeContext>;
}

/**
 * Parses `content`, the text of `file` (client-go tools/clientcmd/loader.go `Load` and `ResolveLocalPaths`). An empty text is an
 * empty configuration; unknown fields are ignored. Throws FieldError.
 */
export async function parseKubeFile(content: string, file: string): Promise<KubeFile> {
  const root = { value: await parseDocument(content), path: '' };
  expectField(root, 'apiVersion', ['v1', '/v1', '/']);
  expectField(root, 'kind', ['Config']);
  checkExtensions(root);
  const preferences = member(root, 'preferences');
  flag(preferences, 'colors');
  checkExtensions(preferences);
  return {
    currentContext: text(root, 'current-context'),
    clusters: named(root, 'clusters', (item) => readCluster(member(item, 'cluster'), file)),
    users: named(root, 'users', (item) => readUser(item, file)),
    contexts: named(root, 'contexts', (item) => readContext(member(item, 'context'))),
  };
}

/**
 * Checks a header field. encoding/json accepts `apiVersion` and `kind` in any case (apimachinery runtime/serializer/json/meta.go
 * `Interpret`), and all other names only as written. When several spellings occur, the last in sorted order counts, as Go sees
 * the members sorted by name.
 */
function expectField(root: Field, name: string, expected: readonly string[]): void {
  // This call throws when the root is not a map.
  member(root, name);
  const spellings = Object.keys(root.value ?? {}).filter((key) => foldName(key) === foldName(name));
  const given = spellings.sort(compareUtf8).filter((key) => member(root, key).value !== undefined);
  const [value = ''] = given.map((key) => text(root, key) ?? '').slice(-1);
  if (value === '' || expected.includes(value)) return;
  throw new FieldError(`${name} is ${JSON.stringify(value.slice(0, 60))}, not "${expected[0]}"`);
}

/** As clientcmd/api/v1/conversion.go: an extension may hold anything, but its name must be valid and unique. */
function checkExtensions(map: Field): void {
  named(map, 'extensions', (item) => member(item, 'extension').value ?? undefined);
}

/** A list of named items. A name that occurs twice is an error (clientcmd/api/v1/conversion.go). */
function named<T>(root: Field, name: string, read: (item: Field) => T): ReadonlyMap<string, T> {
  const items = new Map<string, T>();
  for (const item of listField(root, name)) {
    const key = text(item, 'name') ?? '';
    if (items.get(key) !== undefined) throw new FieldError(`duplicate name "${key}" in ${name}`);
    items.set(key, read(item));
  }
  return items;
}

function readCluster(cluster: Field, file: string) {
  const extensions = named(cluster, 'extensions', (item) => member(item, 'extension').value);
  return {
    server: text(cluster, 'server'),
    tlsServerName: text(cluster, 'tls-server-name'),
    insecureSkipTlsVerify: flag(cluster, 'insecure-skip-tls-verify'),
    certificateAuthority: path(cluster, 'certificate-authority', file),
    certificateAuthorityData: bytes(cluster, 'certificate-authority-data'),
    proxyUrl: text(cluster, 'proxy-url'),
    disableCompression: flag(cluster, 'disable-compression'),
    /** For exec plugins. */
    execConfig: extensions.get('client.authentication.k8s.io/exec'),
  };
}

function readUser(item: Field, file: string) {
  const user = member(item, 'user');
  checkExtensions(user);
  return {
    clientCertificate: path(user, 'client-certificate', file),
    clientCertificateData: bytes(user, 'client-certificate-data'),
    clientKey: path(user, 'client-key', file),
    clientKeyData: bytes(user, 'client-key-data'),
    token: text(user, 'token'),
    tokenFile: path(user, 'tokenFile', file),
    as: text(user, 'as'),
    asUid: text(user, 'as-uid'),
    asGroups: texts(user, 'as-groups'),
    asUserExtra: record(user, 'as-user-extra', texts),
    username: text(user, 'username'),
    password: text(user, 'password'),
    authProvider: readAuthProvider(member(user, 'auth-provider'), file, text(item, 'name') ?? ''),
    exec: readExec(member(user, 'exec'), file),
  };
}

function readAuthProvider(provider: Field, file: string, user: string) {
  if (provider.value === undefined) return undefined;
  return {
    name: text(provider, 'name') ?? '',
    config: record(provider, 'config', (config, key) => text(config, key) ?? ''),
    /** The kubeconfig file and the user entry of this provider, where renewed tokens are stored. */
    file,
    user,
  };
}

function readExec(exec: Field, file: string): ExecConfig | undefined {
  if (exec.value === undefined) return undefined;
  const apiVersion = text(exec, 'apiVersion');
  const command = text(exec, 'command');
  const beta = /^client\.authentication\.k8s\.io\/v1(alpha|beta)1$/.test(apiVersion ?? '');
  return {
    apiVersion,
    // A name without a folder is looked up in PATH.
    command: command?.includes(sep) ? absolute(command, file) : command,
    args: texts(exec, 'args'),
    env: listField(exec, 'env').map((item) => ({ name: text(item, 'name') ?? '', value: text(item, 'value') ?? '' })),
    installHint: text(exec, 'installHint'),
    provideClusterInfo: flag(exec, 'provideClusterInfo'),
    // clientcmd/api/v1/defaults.go SetDefaults_ExecConfig
    interactiveMode: text(exec, 'interactiveMode') ?? (beta ? 'IfAvailable' : undefined),
  };
}

function readContext(context: Field) {
  checkExtensions(context);
  return { cluster: text(context, 'cluster'), user: text(context, 'user'), namespace: text(context, 'namespace') };
}

function path(map: Field, name: string, file: string): string | undefined {
  const value = text(map, name);
  return value === undefined ? undefined : absolute(value, file);
}

/** Resolves a path relative to the folder of the kubeconfig that contains it. */
function absolute(value: string, file: string): string {
  return resolve(dirname(file), value);
}
