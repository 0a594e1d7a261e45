/** Logins that a kubelet can use: a pull secret must never look good and pull nothing. */
import { UsageError, UserError } from '../errors.ts';
import { command, words } from '../line/command.ts';
import { againWith, type Hint, prose } from '../line/hint.ts';
import type { AuthEntry } from './credential.ts';
import { displayServer } from './display-server.ts';
import { loginCommand, registryOf, serverFlags, serverProblem, serverWord } from './server.ts';

/** The user name under which Azure Container Registry takes a refresh token as the password. */
const ACR_TOKEN_USER = '00000000-0000-0000-0000-000000000000';

/**
 * `entry` as it can be written. Throws UserError that says why the kubelet could not pull with it. Sources: kubelet.md section E
 * (containerd `ParseAuth`, keyring.go), Azure's documentation for the token user. `correct` is the hint for a login in a file,
 * which no flag corrects.
 */
export function usableEntry(entry: AuthEntry, correct?: Hint): AuthEntry {
  const { server } = entry;
  checkServer(server);
  if (!('password' in entry.credential)) return fromIdentityToken(entry, entry.credential.identityToken);
  const { username, password } = entry.credential;
  const name = displayServer(server);
  if (username === '' && password === '') {
    throw new UserError(
      `the login for ${name} is empty, and the kubelet would pull without it`,
      correct ?? loginCommand(server),
    );
  }
  if (username === '') {
    throw new UserError(
      `the login for ${name} has no username, so the container runtime ignores it`,
      correct ?? prose`give it with --username`,
    );
  }
  if (password === '') {
    throw new UserError(
      `the login for ${name} has no password, so the container runtime ignores it`,
      correct ?? prose`give it with --password-stdin`,
    );
  }
  if (username.includes(':')) {
    throw new UserError(
      `the username for ${name} has a colon, and the kubelet takes what follows for the password`,
      correct ?? prose`give the username without the colon with --username`,
    );
  }
  return entry;
}

/** Throws UserError if `server` opens no image, or not those that are meant. The hint names a server that works. */
export function checkServer(server: string): void {
  const problem = serverProblem(server);
  if (problem === undefined) return;
  throw new UserError(
    `${problem.opensNothing ? 'no image can match the server' : 'the server probably does not match the images you meant'}: ${problem.reason}`,
    problem.proposal === undefined
      ? prose`write the registry as images do: ghcr.io, registry.example.com:5000`
      : words`--server ${problem.proposal}`,
  );
}

/** Throws UsageError if one of `servers` is several registries with commas between them. */
export function checkApart(servers: readonly string[]): void {
  const apart = servers.flatMap((server) => server.split(',')).filter((server) => server !== '');
  const hasComma = servers.some((server) => server.includes(','));
  if (!hasComma || apart.some((server) => serverProblem(server) !== undefined)) return;
  throw new UsageError('--server takes one registry, so repeat it for each', againWith(serverFlags(apart)));
}

function fromIdentityToken(entry: AuthEntry, identityToken: string): AuthEntry {
  const registry = registryOf(entry.server) ?? '';
  if (/\.azurecr\.(io|cn|us|de)$/.test(registry)) {
    return { ...entry, credential: { username: ACR_TOKEN_USER, password: identityToken } };
  }
  throw new UserError(
    `the login for ${displayServer(entry.server)} is an identity token, which the kubelet ignores`,
    prose`create a token for pulling at the registry, then ${command`regsecret create --server ${serverWord(entry.server)} --username USER --password-stdin`}`,
  );
}
