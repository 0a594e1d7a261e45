/** `regsecret rbac`: the least role for a command line of regsecret, with its binding. */
import type { KubeFlags } from '../cluster/config/kube-flags.ts';
import { parseSubject, roleObjects, type Subject } from '../domain/rbac/role.ts';
import { prose } from '../domain/text/hint.ts';
import { isNamespaceName, isObjectName, nameRule } from '../domain/text/object-name.ts';
import { EXIT, UsageError, UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { commandRights, type ParsedLine } from '../operations/rbac/command-rights.ts';
import { printRoles } from '../output/rbac-printer.ts';

export interface RbacOptions {
  /** The command line that the role is for. */
  readonly line: ParsedLine;
  /** Who is given the rights. */
  readonly for: string;
  readonly name?: string;
  readonly output: 'yaml' | 'json';
}

/** Prints a Role, a ClusterRole or both, each with its binding; throws UserError. */
export async function rbac(
  { line, for: who, name = `regsecret-${line.command}`, output }: RbacOptions,
  io: Io,
): Promise<number> {
  if (!isObjectName(name)) throw new UsageError(nameRule('role'), prose`--name NAME`);
  const subject = parseSubject(who);
  const rights = commandRights(line, io);
  if (rights.length === 0) {
    throw new UserError('that command line asks no API server, so it needs no role', prose`run it as it is`);
  }
  const isEverywhere = rights.every(({ everywhere }) => everywhere);
  const namespace = isEverywhere && isPlaced(subject) ? '' : await namespaceOf(line.options, io);
  await printRoles(roleObjects({ name, namespace, subject, rights }), output, io);
  return EXIT.ok;
}

function isPlaced({ kind, namespace }: Subject): boolean {
  return kind !== 'ServiceAccount' || namespace !== undefined;
}

/** Without a request, and without a kubeconfig where it is given. Throws UserError. */
async function namespaceOf(flags: KubeFlags, io: Io): Promise<string> {
  if (flags.namespace) {
    if (isNamespaceName(flags.namespace)) return flags.namespace;
    throw new UsageError(nameRule('namespace'), prose`-n NAMESPACE`);
  }
  const { connect } = await import('../cluster/client/transport.ts');
  const transport = await connect(flags, io);
  transport.close();
  return transport.namespace;
}
