/** `regsecret list`: the pull secrets of a namespace or of the cluster, with who uses them and what is wrong. */

import { checkNamespace, findSecret } from '../../cluster/not-found.ts';
import { listNames, NAMESPACES } from '../../cluster/object-request.ts';
import type { Reader } from '../../cluster/reader.ts';
import type { Transport } from '../../cluster/transport.ts';
import { EXIT, UsageError, UserError } from '../../errors.ts';
import { formatFinding } from '../../findings/finding.ts';
import { type RowOrder, sortRows } from '../../findings/secret-row.ts';
import { unreadFindings } from '../../gather/unread-findings.ts';
import { type KubeFlags, MISPLACED_USER } from '../../kubeconfig/kube-flags.ts';
import { ALL_NAMESPACES, clusterCommand, command, words } from '../../line/command.ts';
import { lineOf } from '../../line/deed.ts';
import { againWith, againWithout, type Hint, prose } from '../../line/hint.ts';
import { isUserName, scope } from '../../line/object-name.ts';
import { createFingerprint } from '../../output/fingerprint.ts';
import { type Printer, printerFor } from '../../output/printer.ts';
import { describeChecked } from '../../secret/checked-scope.ts';
import { displayServer } from '../../secret/display-server.ts';
import { sameKey } from '../../secret/key.ts';
import { checkApart, checkServer } from '../../secret/usable.ts';
import type { Io } from '../../system/io.ts';
import { closestUser } from '../../text/closest.ts';
import { many, nounFor } from '../../text/enumerate.ts';
import type { SecretName } from '../../workloads/references.ts';
import { checkedName } from '../../workloads/target.ts';
import type { ListScope } from './gather-rows.ts';
import { printList } from './list-printer.ts';

export interface ListOptions extends KubeFlags {
  readonly names?: readonly string[] | undefined;
  readonly allNamespaces?: boolean | undefined;
  readonly selector?: string | undefined;
  readonly problems?: boolean | undefined;
  /** Only Secrets with an entry for one of these registries, and of this user. */
  readonly server?: readonly string[] | undefined;
  readonly username?: string | undefined;
  readonly sortBy?: RowOrder | undefined;
  readonly headers?: boolean | undefined;
  readonly output?: 'wide' | 'json' | 'yaml' | 'name' | undefined;
}

/** Prints one line for each pull secret, and for each that is missing; throws UserError. */
export async function list(options: ListOptions, io: Io): Promise<number> {
  const { allNamespaces = false, names = [], selector, problems = false, sortBy = 'namespace' } = options;
  checkOptions(options);
  await checkUser(options, io);
  const { connect } = await import('../../cluster/transport.ts');
  const transport = await connect(options, io);
  const now = io.clock.now();
  try {
    const namespace = allNamespaces ? undefined : transport.namespace;
    const { gatherRows } = await import('./gather-rows.ts');
    const { createReader } = await import('../../cluster/reader.ts');
    const { createUnreadObjects } = await import('../../cluster/unread-objects.ts');
    const unread = createUnreadObjects();
    const reader = createReader(transport, unread);
    const looks = options.output !== 'name' || problems;
    const isMarked = options.output !== undefined && options.output !== 'name';
    const fingerprint = isMarked ? createFingerprint(io) : () => '';
    const missing = options.output !== 'name';
    const labelSelector = selector || undefined;
    const login = { servers: options.server, username: options.username };
    const scope = { namespace, names, labelSelector, login, looks, missing, fingerprint };
    const { rows: all, others } = await gatherRows(reader, scope, now);
    if (all.length === 0 && login.servers !== undefined) checkTyped(login.servers);
    const rows = sortRows(problems ? all.filter(({ findings }) => findings.length > 0) : all, sortBy);
    if (all.length + others.length === 0 && namespace !== undefined) await checkNamespace(transport, namespace);
    const printer = await printerFor(io);
    const unseen = reader.missingRights.resources('list');
    if (unseen.length > 0)
      printer.warn(`no permission to list ${unseen.join(', ')}, so uses of a secret there are unknown`);
    const { output, headers = true } = options;
    const isCut = await printList(rows, { output, namespaces: allNamespaces, headers, now }, io);
    const isSaid = names.length === 0 || others.length > 0;
    if (rows.length === 0 && output === undefined && isSaid) await sayNone(options, reader, printer);
    if (problems && output === undefined && names.length === 0 && !selector) printer.hint(unasked(options));
    for (const found of unreadFindings(unread)) printer.warn(formatFinding(found));
    const there = await reportMissing([...all, ...others], scope, transport, printer);
    const wide = againWith(words`-o wide`);
    const looksForUsers = allNamespaces && output === undefined && rows.length > 0;
    if (looksForUsers) printer.hint(prose`to see usernames, and which passwords are equal: ${wide}`);
    else if (isCut) printer.hint(wide);
    if (names.length === 0 && !allNamespaces && describeLogin(options) !== undefined)
      printer.say(describeChecked(`${transport.namespace}${selector ? ' with these labels' : ''}`));
    return there && unread.list().length === 0 ? EXIT.ok : EXIT.failed;
  } finally {
    transport.close();
  }
}

/** Throws UsageError. */
function checkOptions({ allNamespaces, namespace, names = [], selector }: ListOptions): void {
  if (allNamespaces && namespace !== undefined) {
    throw new UsageError('--all-namespaces and --namespace cannot be used together', againWithout('-n'));
  }
  for (const name of names) checkedName(name, 'Secret');
  if (names.length > 0 && selector) throw new UsageError('names and -l cannot be used together', againWithout('-l'));
}

/** Throws UsageError when the user of a registry was typed as a user of the kubeconfig. */
async function checkUser({ user, username, kubeconfig }: ListOptions, io: Io): Promise<void> {
  if (!user || username !== undefined) return;
  const { loadKubeConfig } = await import('../../kubeconfig/kube-config.ts');
  const { users } = await loadKubeConfig(kubeconfig, io);
  if (!users.has(user)) throw new UsageError(MISPLACED_USER, againWith(words`--username USER`));
}

/**
 * Checks servers that no entry has. Others are not checked, because an entry may have a server that matches no image. Throws
 * UserError.
 */
function checkTyped(servers: readonly string[]): void {
  checkApart(servers);
  for (const server of servers) checkServer(server);
}

/** Says how to find out what else may be wrong with a login. */
function unasked({ allNamespaces, namespace }: ListOptions): Hint {
  const where = allNamespaces ? ALL_NAMESPACES : scope(namespace);
  return prose`list checks no registry; ${command`regsecret doctor ${where}`} does`;
}

async function sayNone(options: ListOptions, reader: Reader, printer: Printer): Promise<void> {
  const { transport } = reader;
  const { allNamespaces, names = [], selector, problems } = options;
  const login = describeLogin(options);
  const having = [selector ? 'these labels' : [], login ?? [], problems ? 'a problem' : []].flat();
  const called = names.length === 0 ? '' : ` called ${many(names)}`;
  const which = having.length === 0 ? '' : `${called} with ${having.join(' and ')}`;
  // For commands that write Secrets, -l chooses namespaces.
  const of = selector ? ' (-l selects labels of Secrets here)' : '';
  const where = allNamespaces ? 'any namespace' : `namespace ${transport.namespace}`;
  const near = await nearUser(options, reader);
  printer.say(`no pull secrets${which} in ${where}${of}${near === undefined ? '' : `; did you mean ${near}?`}`);
  if (near !== undefined) return printer.hint(againWith(words`--username ${near}`));
  if (which === '') printer.hint(lineOf({ do: 'create', namespace: undefined, servers: [] }));
  const all = allNamespaces ? ALL_NAMESPACES : scope(transport.namespace);
  if (login !== undefined && !problems) printer.hint(command`regsecret list ${all} -o wide`);
  if (!selector || problems || login !== undefined) return;
  const meant = await listNames(transport, NAMESPACES, { labelSelector: selector });
  const line = clusterCommand`regsecret doctor -l ${selector}`;
  if (meant.length > 0) printer.hint(prose`for the ${nounFor(meant.length, 'namespace')} with these labels: ${line}`);
}

/** The user with a login in scope whose name is nearly the typed one. */
async function nearUser({ username, server, allNamespaces, names = [] }: ListOptions, reader: Reader) {
  if (username === undefined) return undefined;
  const { loginsInScope } = await import('../../gather/logins-in-scope.ts');
  const namespaces = allNamespaces ? 'all' : { only: reader.transport.namespace };
  const logins = await loginsInScope(reader, { namespaces, names, verb: 'list' });
  const isMeant = (one: string): boolean => server?.some((typed) => sameKey(typed, one)) ?? true;
  return closestUser(
    username,
    logins.filter((login) => isMeant(login.server)).map((login) => login.username),
  );
}

/** Words for the login that is looked for. A text that may be a password in the wrong place is not repeated. */
function describeLogin({ server, username }: ListOptions): string | undefined {
  if (server === undefined && username === undefined) return undefined;
  const user = username !== undefined && isUserName(username) ? username : 'that user';
  const of = username === undefined ? '' : ` of ${user}`;
  return `a login${of}${server === undefined ? '' : ` for ${many(server.map(displayServer))}`}`;
}

/** Reports which named Secrets do not exist, or may not be read. True when all of them exist. */
async function reportMissing(
  found: readonly SecretName[],
  { names, namespace }: ListScope,
  transport: Transport,
  printer: Printer,
): Promise<boolean> {
  const missing = names.filter((name) => !found.some((one) => one.name === name));
  for (const name of missing) {
    if (namespace === undefined) {
      const text = `secret ${name} does not exist in any namespace`;
      printer.error(new UserError(text, command`regsecret list ${ALL_NAMESPACES}`));
      continue;
    }
    await findSecret(transport, { namespace, name }, 'list').catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      printer.error(error);
    });
  }
  return missing.length === 0;
}
