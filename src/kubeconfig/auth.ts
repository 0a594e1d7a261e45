/** How the user proves its identity to the API server: a token, a password, a certificate, or the answer of a plugin. */
import { encodeUtf8 } from '../codec/go/utf8.ts';
import { UserError } from '../errors.ts';
import { clusterCommand } from '../line/command.ts';
import type { Io } from '../system/io.ts';
import { pem, readText } from './config-file.ts';
import type { Connection } from './connection.ts';
import type { Authenticator, Credentials } from './credentials.ts';
import type { User } from './kube-file.ts';

const ANONYMOUS: Authenticator = { current: async () => ({}), renew: async () => false };

/**
 * Credentials are used for https only (client_config.go `ClientConfig`: "only try to read the auth information if we are
 * secure"). User info in the server's address is the exception: it is always sent, and replaces a token or a password (net/http
 * `Client.send`, client-go transport/round_trippers.go). A plugin is not run when the user has a token, a password or a
 * certificate (plugin/pkg/client/auth/exec `UpdateTransportConfig`), but its configuration has to be valid all the same. Throws
 * UserError.
 */
export async function createAuthenticator(connection: Connection, io: Io): Promise<Authenticator> {
  const { user, server, serverUser } = connection;
  const fromAddress = serverUser === undefined ? undefined : constant(basic(serverUser.name, serverUser.password));
  if (server.protocol !== 'https:') return fromAddress ?? ANONYMOUS;
  const plugin = await pluginOf(connection, io);
  const certificate = await certificateOf(user, io.signal);
  const own = await authorizationOf(user, io);
  const header = fromAddress ?? own ?? (user.exec === undefined ? plugin : undefined);
  if (header !== undefined) return combine(header, certificate);
  return certificate === ANONYMOUS ? (plugin ?? ANONYMOUS) : certificate;
}

/** Creates the auth-provider or the credential plugin, even when it will not be used, so that its configuration is checked. */
async function pluginOf(connection: Connection, io: Io): Promise<Authenticator | undefined> {
  const { authProvider, exec } = connection.user;
  if (authProvider !== undefined) {
    const { createAuthProvider } = await import('./oidc.ts');
    return createAuthProvider(authProvider, io);
  }
  if (exec === undefined) return undefined;
  const { createExecPlugin } = await import('./exec-plugin.ts');
  return createExecPlugin(exec, connection, io);
}

function combine(one: Authenticator, other: Authenticator): Authenticator {
  return {
    current: async () => ({ ...(await one.current()), ...(await other.current()) }),
    renew: async (rejected) => {
      const renewed = await Promise.all([one.renew(rejected), other.renew(rejected)]);
      return renewed.includes(true);
    },
  };
}

/** A password without a user name is ignored (client-go transport/config.go `HasBasicAuth`). */
async function authorizationOf(
  { token, tokenFile, username, password }: User,
  io: Io,
): Promise<Authenticator | undefined> {
  if (username !== undefined && tokenFile !== undefined) {
    throw new UserError(
      'username/password or bearer token may be set, but not both',
      clusterCommand`kubectl config view --minify`,
    );
  }
  if (tokenFile !== undefined) return bearerOfFile(tokenFile, token, io);
  if (token !== undefined) return constant(`Bearer ${token}`);
  return username === undefined ? undefined : constant(basic(username, password ?? ''));
}

function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(encodeUtf8(`${name}:${password}`)).toString('base64')}`;
}

function constant(authorization: string): Authenticator {
  return { ...ANONYMOUS, current: async () => ({ authorization }) };
}

/** A token file is read again this often: one minute less the leeway of 10 s (client-go transport/token_source.go). */
const TOKEN_FILE_PERIOD_MS = 50_000;

/**
 * Supplies the last token that could be read from `file`, or `fallback` before the first one
 * (`NewBearerAuthWithRefreshRoundTripper`).
 */
async function bearerOfFile(file: string, fallback: string | undefined, { clock, signal }: Io): Promise<Authenticator> {
  let token: string | undefined;
  let readAt = 0;
  const read = async (): Promise<void> => {
    readAt = clock.now();
    // While the file is being replaced, the previous token stays in use.
    const known = token ?? fallback;
    const text = await readText(file, signal, (reason) => {
      if (known === undefined)
        throw new UserError(`open ${file}: ${reason}`, clusterCommand`kubectl config view --minify`);
      return '';
    });
    const next = text.trim();
    if (next === '' && known === undefined) {
      throw new UserError(`read empty token from file "${file}"`, clusterCommand`kubectl config view --minify`);
    }
    if (next !== '') token = next;
  };
  const bearer = (): string => `Bearer ${token ?? fallback}`;
  await read();
  return {
    current: async () => {
      if (clock.now() - readAt >= TOKEN_FILE_PERIOD_MS) await read();
      return { authorization: bearer() };
    },
    renew: async (rejected) => {
      await read();
      return bearer() !== rejected.authorization;
    },
  };
}

async function certificateOf(user: User, signal: AbortSignal): Promise<Authenticator> {
  if (user.clientCertificate === undefined && user.clientCertificateData === undefined) return ANONYMOUS;
  const read = async (): Promise<Credentials> => ({
    certificate: pemOnly('certificate', await pem(user.clientCertificateData, user.clientCertificate, signal)),
    key: pemOnly('key', await pem(user.clientKeyData, user.clientKey, signal)),
  });
  let credentials = await read();
  return {
    current: async () => credentials,
    renew: async (rejected) => {
      credentials = await read();
      return credentials.certificate !== rejected.certificate;
    },
  };
}

/** As crypto/tls `X509KeyPair`. Without this check, an empty file would mean a user without a certificate. */
function pemOnly(what: string, content: string | undefined): string | undefined {
  if (content?.includes('-----BEGIN ')) return content;
  throw new UserError(
    `tls: failed to find any PEM data in ${what} input`,
    clusterCommand`kubectl config view --minify`,
  );
}
