/** Who the user is to the API server: a token, a password, a certificate, or whoever a plugin says. */
import { UserError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import type { Connection } from '../config/connection.ts';
import type { User } from '../config/kube-file.ts';
import { pem, readText } from '../config/pem.ts';
import type { Authenticator, Credentials } from './credentials.ts';

const ANONYMOUS: Authenticator = { current: async () => ({}), renew: async () => false };

/**
 * Credentials are for https only (client_config.go `ClientConfig`: "only try to read the auth information if we are
 * secure"). A plugin is not asked when the user has a token, a password or a certificate
 * (plugin/pkg/client/auth/exec `UpdateTransportConfig`).
 */
export async function createAuthenticator(connection: Connection, io: Io): Promise<Authenticator> {
  const { user, server } = connection;
  if (server.protocol !== 'https:') return ANONYMOUS;
  const certificate = certificateOf(user);
  if (user.token ?? user.tokenFile ?? user.username ?? user.password)
    return combine(authorizationOf(user), certificate);
  if (user.authProvider !== undefined) {
    const { createAuthProvider } = await import('./oidc.ts');
    return combine(createAuthProvider(user.authProvider, io), certificate);
  }
  if (certificate !== ANONYMOUS) return certificate;
  if (user.exec === undefined) return ANONYMOUS;
  const { createExecPlugin } = await import('./exec-plugin.ts');
  return createExecPlugin(user.exec, connection, io);
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

function authorizationOf(user: User): Authenticator {
  if (user.tokenFile !== undefined) return tokenFile(user.tokenFile, user.token);
  const basic = Buffer.from(`${user.username ?? ''}:${user.password ?? ''}`).toString('base64');
  const authorization = user.token === undefined ? `Basic ${basic}` : `Bearer ${user.token}`;
  return { ...ANONYMOUS, current: async () => ({ authorization }) };
}

/** Read again this often: a minute less the leeway of 10 s (client-go transport/token_source.go). */
const TOKEN_FILE_PERIOD_MS = 50_000;

/** The last token that could be read from `file`, `fallback` while none could (`NewBearerAuthWithRefreshRoundTripper`). */
function tokenFile(file: string, fallback: string | undefined): Authenticator {
  let token: string | undefined;
  let readAt = 0;
  const read = (): void => {
    readAt = Date.now();
    // The old one stays good enough while the file is being replaced.
    const known = token ?? fallback;
    const next = readText(file, (reason) => {
      if (known === undefined) throw new UserError(`open ${file}: ${reason}`, 'kubectl config view --minify');
      return '';
    }).trim();
    if (next === '' && known === undefined) {
      throw new UserError(`read empty token from file "${file}"`, 'kubectl config view --minify');
    }
    if (next !== '') token = next;
  };
  const bearer = (): string => `Bearer ${token ?? fallback}`;
  return {
    current: async () => {
      if (Date.now() - readAt >= TOKEN_FILE_PERIOD_MS) read();
      return { authorization: bearer() };
    },
    renew: async (rejected) => {
      read();
      return bearer() !== rejected.authorization;
    },
  };
}

function certificateOf(user: User): Authenticator {
  if (user.clientCertificate === undefined && user.clientCertificateData === undefined) return ANONYMOUS;
  const read = (): Credentials => ({
    certificate: pem(user.clientCertificateData, user.clientCertificate),
    key: pem(user.clientKeyData, user.clientKey),
  });
  let credentials = read();
  return {
    current: async () => credentials,
    renew: async (rejected) => {
      credentials = read();
      return credentials.certificate !== rejected.certificate;
    },
  };
}
