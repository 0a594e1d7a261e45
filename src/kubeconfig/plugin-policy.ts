/**
 * Which credential plugins the user allows: `credentialPluginPolicy` in kubectl's own settings, ~/.kube/kuberc (kubectl
 * pkg/kuberc/kuberc.go, client-go plugin/pkg/client/auth/exec/exec.go). regsecret obeys it as well, because a plugin that kubectl
 * may not run is just as dangerous when regsecret runs it.
 */
import { basename, join, normalize } from 'node:path';
import { UserError } from '../errors.ts';
import { command, pathWord } from '../line/command.ts';
import { prose } from '../line/hint.ts';
import { errnoOf, systemReason } from '../system/errno.ts';
import type { Io } from '../system/io.ts';
import { lookPath } from '../system/look-path.ts';
import { readConfigFileOrPipe } from './config-file.ts';
import { type Field, FieldError, listField, member, parseDocument, text } from './fields.ts';
import { kubeHome } from './kube-config.ts';

interface Policy {
  readonly type: string;
  /** Undefined when there is no list, which differs from an empty list. */
  readonly allowed: readonly string[] | undefined;
}

/** Throws UserError when `plugin` may not run. */
export async function checkPluginPolicy(plugin: string, { env, signal }: Pick<Io, 'env' | 'signal'>): Promise<void> {
  const file = kubercFile(env);
  const policy = file === undefined ? undefined : await readPolicy(file, env.KUBERC === file, signal);
  if (file === undefined || policy === undefined) return;
  const problem = misconfiguration(policy);
  if (problem !== undefined) throw new UserError(`${file}: ${problem}`, command`edit ${pathWord(file)}`);
  if (policy.type === 'DenyAll') {
    throw new UserError(
      `getting credentials: plugin "${plugin}" not allowed: policy set to "DenyAll"`,
      command`edit ${pathWord(file)}`,
    );
  }
  if (policy.type === 'Allowlist' && !isAllowed(plugin, policy.allowed ?? [], env)) {
    const path = lookPath(plugin, env) ?? plugin;
    throw new UserError(
      `getting credentials: plugin path "${path}" is not permitted by the credential plugin allowlist`,
      command`edit ${pathWord(file)}`,
    );
  }
}

/** `LoadKuberc` */
function kubercFile(env: Io['env']): string | undefined {
  if (env.KUBERC === 'off' || env.KUBECTL_KUBERC?.toLowerCase() === 'false') return undefined;
  return env.KUBERC || join(kubeHome(env), '.kube', 'kuberc');
}

/**
 * As `DefaultGetPreferences`: reads the first document that is a Preference. A missing file is an error only when KUBERC names
 * it.
 */
async function readPolicy(file: string, explicit: boolean, signal: AbortSignal): Promise<Policy | undefined> {
  try {
    const content = Buffer.from(await readConfigFileOrPipe(file, signal)).toString('utf8');
    const documents = content.split(/^---.*$/m);
    for (const document of documents) {
      const root = { value: await parseDocument(document), path: '' };
      if (!isPreference(root)) continue;
      const allowlist = member(root, 'credentialPluginAllowlist').value === undefined ? undefined : entries(root);
      return { type: text(root, 'credentialPluginPolicy') ?? '', allowed: allowlist };
    }
    return undefined;
  } catch (error) {
    const code = errnoOf(error);
    if (code === undefined && !(error instanceof FieldError)) throw error;
    // kubectl only warns about an unreadable default file. A user who forbids plugins in that file would not notice.
    if (code === 'ENOENT' && !explicit) return undefined;
    const reason = code === undefined ? `${file}: ${(error as Error).message}` : `open ${file}: ${systemReason(error)}`;
    throw new UserError(`kuberc: ${reason}`, prose`KUBERC=off goes on without it`);
  }
}

function isPreference(root: Field): boolean {
  if (root.value === undefined) return false;
  return text(root, 'kind') === 'Preference' && (text(root, 'apiVersion') ?? '').startsWith('kubectl.config.k8s.io/');
}

function entries(root: Field): string[] {
  return listField(root, 'credentialPluginAllowlist').map(
    (entry) => text(entry, 'command') ?? text(entry, 'name') ?? '',
  );
}

/** `ValidatePluginPolicy` and `validateAllowlist` */
function misconfiguration({ type, allowed }: Policy): string | undefined {
  if (['', 'AllowAll', 'DenyAll'].includes(type)) {
    if (allowed === undefined) return undefined;
    return `misconfigured credential plugin allowlist: plugin policy is "${type}" but allowlist is non-nil`;
  }
  if (type !== 'Allowlist') return `unknown plugin policy: "${type}"`;
  if (allowed === undefined) return 'credential plugin policy set to "Allowlist", but allowlist is unspecified';
  if (allowed.length === 0) return 'credential plugin policy set to "Allowlist", but allowlist is empty';
  const empty = allowed.indexOf('');
  if (empty >= 0) return `misconfigured credential plugin allowlist: empty allowlist entry #${empty + 1}`;
  const odd = allowed.find((entry) => normalize(entry).replace(/(.)\/$/, '$1') !== entry);
  return odd === undefined ? undefined : `non-normalized file path: "${odd}"`;
}

/** As `checkAllowlistLocked`: an entry matches the command as written, or resolves to the same program. */
function isAllowed(command: string, allowed: readonly string[], env: Io['env']): boolean {
  const path = lookPath(command, env);
  if (allowed.includes(normalize(command))) return true;
  if (path === undefined) return false;
  return allowed.some(
    (entry) => entry === path || (basename(entry) === basename(path) && lookPath(entry, env) === path),
  );
}
