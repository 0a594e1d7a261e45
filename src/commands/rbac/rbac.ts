/** `regsecret rbac`: the least role for a command line of regsecret, with its binding. */

import { KUBE_SYSTEM } from '../../cluster/cluster-identity.ts';
import type { Right } from '../../cluster/right.ts';
import { formatSafeYaml } from '../../codec/yaml.ts';
import { type CredentialOptions, usesLogin } from '../../credentials/credential-flags.ts';
import { EXIT, UsageError } from '../../errors.ts';
import { type ContextFlags, checkContextFlags } from '../../kubeconfig/contexts.ts';
import { words } from '../../line/command.ts';
import { prose } from '../../line/hint.ts';
import { isNamespaceName, isObjectName, isRoleName, nameRule, nameWord, scope } from '../../line/object-name.ts';
import { printerFor } from '../../output/printer.ts';
import { formatJson } from '../../output/structured.ts';
import type { Io } from '../../system/io.ts';
import { many } from '../../text/enumerate.ts';
import { printed } from '../../text/printable.ts';
import { commandRights, isForPolicy, type ParsedLine } from './command-rights.ts';
import { guardObjects } from './guard.ts';
import { guardedLine } from './guarded-line.ts';
import { parseSubject, type RbacObject, type RoleRequest, roleObjects, roleStart, type Subject } from './role.ts';

export interface RbacOptions {
  /** The command line that the role is for. */
  readonly line: ParsedLine;
  /** The subject that gets the rights. */
  readonly for: string;
  readonly name?: string;
  /** Whether to print a policy beside the role. */
  readonly guard?: boolean;
  readonly output: 'yaml' | 'json' | 'name';
}

/** Prints a Role, a ClusterRole or both, each with its binding, or nothing when no role is needed. Throws UserError. */
export async function rbac(options: RbacOptions, io: Io): Promise<number> {
  const { for: who, name, guard = false, output } = options;
  if (name !== undefined && !isRoleName(name)) {
    throw new UsageError('the name of a role has no / and no %, and is not . or ..', prose`--name NAME`);
  }
  const subject = parseSubject(who);
  if (guard) checkGuard(subject, name);
  const line = isForPolicy(options.line) ? await placed(options.line, io) : options.line;
  const rights = commandRights(line, io);
  if (rights.length === 0) {
    const printer = await printerFor(io);
    printer.say('no role is needed: that command line does not contact the API server');
    return EXIT.ok;
  }
  const flags: ContextFlags = line.options;
  checkContextFlags(flags, { hasSource: line.command === 'sync' });
  const isEverywhere = rights.every(({ everywhere }) => everywhere);
  const namespace = isEverywhere && isPlaced(subject) && !guard ? '' : await namespaceOf(line, io);
  const roles = roleObjects({ name, start: roleStart(line.command, secretsOf(line)), namespace, subject, rights });
  const policies = guard ? policiesFor(roles, { line, name, namespace, subject, rights }, io) : [];
  const objects = [...roles, ...policies];
  await (output === 'name' ? printRoleNames(objects, io) : printRoles(objects, output, io));
  await sayFormat(line, output, io);
  if (guard) await sayGuard(policies, io);
  if (output !== 'name') await (name === undefined ? sayTargets(line, io) : sayName(roles, namespace, io));
  if (flags.toContext !== undefined) await sayWhere(flags.toContext, line, io);
  return EXIT.ok;
}

/** Throws UsageError for whom no policy is meant, and for a name that a policy cannot have. */
function checkGuard({ kind }: Subject, name: string | undefined): void {
  if (kind !== 'ServiceAccount') {
    const text = '--guard is for a service account: a policy for a user or group would refuse all their other writes';
    throw new UsageError(text, prose`--for sa/NAME`);
  }
  if (name !== undefined && !isObjectName(name)) throw new UsageError(nameRule('policy'), prose`--name NAME`);
}

interface GuardedRole extends Omit<RoleRequest, 'start'> {
  readonly line: ParsedLine;
}

/** The policies beside `roles`. Throws UsageError. */
function policiesFor(roles: readonly RbacObject[], role: GuardedRole, io: Io): RbacObject[] {
  const { line, name, namespace, subject, rights } = role;
  const guarded = guardedLine(line, namespace, subject.namespace ?? namespace, io);
  const bindings = roles.filter(({ kind }) => kind.endsWith('Binding'));
  return bindings.flatMap((binding) =>
    guardObjects({ name: name ?? policyName(binding), binding, rights: rightsOf(binding, rights), line: guarded }),
  );
}

function rightsOf({ kind }: RbacObject, rights: readonly Right[]): Right[] {
  return rights.filter(({ everywhere }) => everywhere === (kind === 'ClusterRoleBinding'));
}

/** A policy is in no namespace, and its name has no colons. */
function policyName({ metadata: { name, namespace } }: RbacObject): string {
  return [name.replaceAll(':', '.'), namespace ?? []].flat().join('.');
}

async function sayGuard(policies: readonly RbacObject[], io: Io): Promise<void> {
  const printer = await printerFor(io);
  if (policies.length === 0) {
    printer.say('no policy is needed: that command line writes nothing');
    return;
  }
  printer.say(
    'the policy needs an API server of version 1.30 or later; it limits all that the account writes, so let the account run nothing else',
  );
}

/** The Secrets that `line` names; none for doctor and why, which may name any object. */
function secretsOf({ command: name, argument }: ParsedLine): string[] {
  return name === 'doctor' ? [] : [argument ?? []].flat().map(String);
}

/** A flag after the command belongs to that command, so a -o that was meant for the role has no effect on it. */
async function sayFormat({ command: name, options }: ParsedLine, output: RbacOptions['output'], io: Io): Promise<void> {
  const { output: typed } = options as { readonly output?: string };
  if (output !== 'yaml' || (typed !== 'json' && typed !== 'name')) return;
  const printer = await printerFor(io);
  printer.say(`-o ${typed} belongs to ${name} here, so the role was printed as YAML`);
  printer.hint(prose`for the role, put it before the command: ${words`regsecret rbac -o ${typed} ${name}`} …`);
}

/**
 * Targets are not part of the role's name, so that a line that is edited and applied again replaces its own role. A script with
 * two such lines would lose the rights of the first.
 */
async function sayTargets({ command: name, argument, options }: ParsedLine, io: Io): Promise<void> {
  const { attach } = options as { readonly attach?: unknown };
  const isDoctor = name === 'doctor' && [argument ?? []].flat().length > 0;
  if (name !== 'attach' && name !== 'detach' && !isDoctor && attach === undefined) return;
  const printer = await printerFor(io);
  printer.say('the same command with other targets replaces this role; --name NAME creates another');
}

/** Two commands with the same --name share one role, a Role only if they have the same namespace. */
async function sayName(objects: readonly RbacObject[], namespace: string, io: Io): Promise<void> {
  const where = objects.some(({ kind }) => kind === 'ClusterRole')
    ? ', also if it is for another namespace'
    : ` in namespace ${namespace}`;
  const printer = await printerFor(io);
  printer.say(`another command with this --name replaces this role${where}`);
}

/** Says in which clusters the role is needed. In the cluster of the source another role is enough, because it is only read. */
async function sayWhere(
  contexts: readonly string[],
  { command: name, argument, options }: ParsedLine,
  io: Io,
): Promise<void> {
  const printer = await printerFor(io);
  printer.say(
    `this role is for the clusters of --to-context, so apply it in each: ${many(contexts, { limit: contexts.length })}`,
  );
  if (name !== 'sync' || usesLogin(options as CredentialOptions)) return;
  const { namespace = '', assumeDifferent }: ContextFlags = options;
  const source = words`regsecret rbac verify ${nameWord(`${argument}`)} ${scope(namespace)}`;
  const identity = assumeDifferent ? '' : ` to get namespace ${KUBE_SYSTEM}, and`;
  printer.hint(prose`in the cluster of the source, it is enough${identity} to read the source: ${source}`);
}

function isPlaced({ kind, namespace }: Subject): boolean {
  return kind !== 'ServiceAccount' || namespace !== undefined;
}

/** `line` with its namespace. Throws UserError. */
async function placed(line: ParsedLine, io: Io): Promise<ParsedLine> {
  return { ...line, options: { ...line.options, namespace: await namespaceOf(line, io) } };
}

/** The namespace of the role. Sends no request, and needs no kubeconfig when -n is given. Throws UserError. */
async function namespaceOf({ command: name, options }: ParsedLine, io: Io): Promise<string> {
  const { toContext, ...flags }: ContextFlags = options;
  if (flags.namespace) {
    if (isNamespaceName(flags.namespace)) return flags.namespace;
    throw new UsageError(nameRule('namespace'), prose`-n NAMESPACE`);
  }
  const { connectionOf } = await import('../../cluster/transport.ts');
  // For sync, it is the namespace of the source.
  const contexts = name === 'sync' || toContext === undefined ? [flags.context] : toContext;
  const found = new Set<string>();
  for (const context of contexts) found.add((await connectionOf({ ...flags, context }, io)).namespace);
  const [namespace = '', ...others] = found;
  if (others.length === 0) return namespace;
  throw new UsageError('these contexts have different namespaces, and a role has one', prose`-n NAMESPACE`);
}

/** Writes YAML documents, or a List as JSON. */
async function printRoles(objects: readonly object[], format: 'yaml' | 'json', io: Io): Promise<void> {
  if (format === 'json') {
    io.stdout.write(formatJson({ apiVersion: 'v1', kind: 'List', items: objects }));
    return;
  }
  for (const object of objects) io.stdout.write(printed`---\n${await formatSafeYaml(object)}`);
}

/** Writes the names as kubectl does. */
async function printRoleNames(objects: readonly RbacObject[], io: Io): Promise<void> {
  const printer = await printerFor(io);
  for (const { apiVersion, kind, metadata } of objects) {
    printer.result(`${kind.toLowerCase()}.${apiVersion.split('/', 1)}/${metadata.name}`);
  }
}
