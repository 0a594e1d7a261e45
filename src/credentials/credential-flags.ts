/**
 * The flags that say where credentials come from, and a login given by them: regsecret's own, or kubectl's, which mean the same.
 */
import { UsageError } from '../errors.ts';
import { words } from '../line/command.ts';
import { againWith, anyOf, type Hint, prose } from '../line/hint.ts';
import { DOCKER_HUB } from '../secret/display-server.ts';
import { canonicalServer, serverWord } from '../secret/server.ts';
import type { Io } from '../system/io.ts';
import { canPrompt, promptLogin } from '../system/prompt.ts';
import type { SourceResult } from './source.ts';
import type { GivenPassword } from './stdin.ts';

/** The flags that name variables with passwords. */
export interface PasswordVariables {
  readonly passwordEnv?: string;
  readonly oldPasswordEnv?: string;
}

/** `io` without the variables that hold passwords: a credential plugin inherits the environment, and has no use for them. */
export function withoutPassword({ passwordEnv, oldPasswordEnv }: PasswordVariables, io: Io): Io {
  const hidden = [passwordEnv, oldPasswordEnv].flatMap((name) => (name === undefined ? [] : [[name, undefined]]));
  return hidden.length === 0 ? io : { ...io, env: { ...io.env, ...Object.fromEntries(hidden) } };
}

/** Whether `options` give a user name or a password. */
export function hasLoginFlags(options: CredentialOptions): boolean {
  return usesDockerFlags(options) || options.username !== undefined || passwordFlags(options).length > 0;
}

/** Whether `options` say where a login comes from. */
export function usesLogin(options: CredentialOptions): boolean {
  const { server, username, passwordStdin, passwordFile, passwordEnv, fromFile, all, prompt } = options;
  return [server, username, passwordStdin, passwordFile, passwordEnv, fromFile, all, prompt].some(Boolean);
}

/** Whether kubectl's flags are used. Their server is written into the Secret as it is. */
export function usesDockerFlags({
  dockerServer,
  dockerUsername,
  dockerPassword,
  dockerEmail,
}: CredentialOptions): boolean {
  return [dockerServer, dockerUsername, dockerPassword, dockerEmail].some((value) => value !== undefined);
}

/** The flags that say where a login comes from, apart from its registries. */
export const LOGIN_FLAGS = [
  ...['--from-file', '--allow-helpers', '--username', '--email'],
  ...['--password-file', '--password-env', '--password-stdin', '--prompt'],
];

/** Throws UsageError for a value that is missing or given twice, UserError when the password cannot be read. */
export async function fromFlags(options: CredentialOptions, io: Io): Promise<SourceResult> {
  const servers = theServers(options);
  const username = onlyOne('--username', options.username, '--docker-username', options.dockerUsername);
  // A proposed command has USER where the name is not known.
  if (options.username === 'USER')
    throw new UsageError('USER stands for a username', prose`type the username instead of USER`);
  onlyOne('--email', options.email, '--docker-email', options.dockerEmail);
  const given = await readPassword(options, io);
  if (given === undefined && canPrompt(io)) return promptedLogin(servers, username, io);
  if (options.passwordStdin && given !== undefined) checkOneLine(given, options.server);
  if (given === undefined && username === undefined) {
    throw new UsageError('there is no username and no password', loginHint(options));
  }
  if (given === undefined) {
    const { loginsOf } = await import('./logins.ts');
    const held = usesDockerFlags(options) ? undefined : await loginsOf(username ?? '', servers, io);
    if (held !== undefined) return held;
    throw new UsageError('there is a username, but no password', prose`add --password-stdin and pipe the password in`);
  }
  if (username === undefined) {
    const { user } = options;
    const hint = user === undefined ? prose`add --username USER` : againWith(words`--username USER`);
    throw new UsageError('there is a password, but no username', hint);
  }
  const isPadded = (text: string | undefined): boolean => text?.trim() !== text;
  const warnings = [
    ...(isPadded(options.username) ? ['the username begins or ends with white space'] : []),
    ...(isPadded(given.password) && options.dockerPassword === undefined
      ? [`the password from ${given.from} begins or ends with white space`]
      : []),
    ...(options.dockerPassword === undefined
      ? []
      : ['--docker-password shows the password to every user of this machine; --password-stdin does not']),
    // There is no warning with kubectl's flags, because kubectl gives none either.
    ...(hasServer(options) || options.dockerUsername !== undefined
      ? []
      : ['no --server is given, so the login is for Docker Hub']),
  ];
  return { ...gathered(servers, username, given), warnings };
}

/** Prompts once for the login of all `servers`. Without any, prompts for the server too. */
export async function promptedLogin(
  servers: readonly string[] | undefined,
  username: string | undefined,
  io: Io,
): Promise<SourceResult> {
  const asked = await promptLogin({ server: servers?.[0], username }, io);
  const { password } = asked;
  const to = servers ?? [canonicalServer(asked.server)];
  return { ...gathered(to, asked.username, { password, from: 'the prompt' }), prompted: true };
}

/** The hint when there is neither user name nor password. If only --docker-server is given, docker may have the login. */
function loginHint({ dockerServer }: CredentialOptions): Hint {
  const both = words`--docker-username USER --password-stdin`;
  if (dockerServer === undefined) return prose`add ${both} and pipe the password in`;
  // A value that is not a registry is not repeated, because it may be a password.
  const server = /^(https:\/\/)?[a-z0-9.-]+\.[a-z]+(:\d+)?(\/[a-z0-9._/-]*)?$/.test(dockerServer)
    ? dockerServer
    : 'REGISTRY';
  return prose`take docker's login with ${words`--server ${serverWord(server)}`} instead of --docker-server, or add ${both}`;
}

function gathered(servers: readonly string[], username: string, { password, from }: GivenPassword): SourceResult {
  const login = { credential: { username, password }, from, renew: prose`run it again with a new password` };
  return { entries: servers.map((server) => ({ server, ...login })), warnings: [], strict: true };
}

function hasServer({ server, dockerServer }: CredentialOptions): boolean {
  return dockerServer !== undefined || (server ?? []).length > 0;
}

function theServers({ server, dockerServer }: CredentialOptions): readonly string[] {
  onlyOne('--server', server?.[0], '--docker-server', dockerServer);
  // kubectl writes its server into the Secret byte for byte, and so does this.
  return dockerServer === undefined ? (server ?? [DOCKER_HUB]).map(canonicalServer) : [dockerServer];
}

async function readPassword(options: CredentialOptions, io: Io): Promise<GivenPassword | undefined> {
  const flags = passwordFlags(options);
  if (flags.length > 1)
    throw new UsageError(`${flags.join(' and ')} cannot be used together`, prose`give the password once`);
  const { dockerPassword, passwordFile, passwordEnv } = options;
  if (dockerPassword !== undefined) return { password: dockerPassword, from: 'the command line' };
  if (flags.length === 0) return undefined;
  const { passwordFromEnv, passwordFromFile, passwordFromStdin } = await import('./stdin.ts');
  if (passwordFile !== undefined) return passwordFromFile(passwordFile);
  return passwordEnv === undefined ? passwordFromStdin(io) : passwordFromEnv(passwordEnv, io);
}

/** Refuses one line for each server, since those are several passwords. A key in JSON has many lines, but is one password. */
function checkOneLine({ password }: GivenPassword, servers: readonly string[] = []): void {
  const lines = password.split('\n').length;
  if (lines === 1 || lines !== servers.length || password.trimStart().startsWith('{')) return;
  const each = servers.map((server) => againWith(words`--server ${serverWord(server)} --username USER`));
  throw new UsageError(
    `stdin has ${lines} lines, but --password-stdin reads one password, which is for every --server`,
    anyOf(each, ', then '),
  );
}

function passwordFlags(options: CredentialOptions): string[] {
  const { passwordStdin, passwordFile, passwordEnv, dockerPassword } = options;
  return [
    ...(passwordStdin ? ['--password-stdin'] : []),
    ...(passwordFile === undefined ? [] : ['--password-file']),
    ...(passwordEnv === undefined ? [] : ['--password-env']),
    ...(dockerPassword === undefined ? [] : ['--docker-password']),
  ];
}

function onlyOne(
  ours: string,
  value: string | undefined,
  theirs: string,
  kubectlValue: string | undefined,
): string | undefined {
  if (value !== undefined && kubectlValue !== undefined) {
    throw new UsageError(`${ours} and ${theirs} mean the same`, prose`give one of them`);
  }
  return value ?? kubectlValue;
}

export interface CredentialOptions {
  readonly server?: readonly string[];
  readonly username?: string;
  /** The user of the kubeconfig. The user name of the login may be meant instead. */
  readonly user?: string | undefined;
  readonly email?: string;
  readonly passwordStdin?: boolean;
  readonly passwordFile?: string;
  readonly passwordEnv?: string;
  readonly fromFile?: readonly string[];
  /** Runs the credential helpers that such a file names, for the servers that it names. */
  readonly allowHelpers?: boolean;
  readonly all?: boolean;
  readonly prompt?: boolean;
  /** The flag of the command itself, for a command that is proposed in its place. */
  readonly dryRun?: 'none' | 'client' | 'server';
  readonly dockerServer?: string;
  readonly dockerUsername?: string;
  readonly dockerPassword?: string;
  readonly dockerEmail?: string;
}
