/** What of a command line decides which rights it needs: its options, the Secrets that it names, and its targets. */

import { type AttachOptions, attachTargets, hasTargets, requestOf } from '../../attaching/attach-options.ts';
import { isImplied } from '../../attaching/request.ts';
import { copyRef } from '../../changes/recreate-secret.ts';
import { KUBE_SYSTEM } from '../../cluster/cluster-identity.ts';
import type { Right } from '../../cluster/right.ts';
import { usesLogin } from '../../credentials/credential-flags.ts';
import { UsageError } from '../../errors.ts';
import type { ContextFlags } from '../../kubeconfig/contexts.ts';
import { command } from '../../line/command.ts';
import type { Io } from '../../system/io.ts';
import { admissionName } from '../../workloads/admission-policy.ts';
import { filesApart, imagesApart, parseDoctorTargets } from '../../workloads/target.ts';
import { type SyncOptions, syncRequest } from '../sync/sync-options.ts';
import type { SyncRequest } from '../sync/sync-request.ts';
import { type AskedLine, type AskedTarget, type Fact, rightsFor } from './right-table.ts';

/** A command line that has been parsed. */
export interface ParsedLine {
  readonly command: string;
  /** The first argument, or all of them where there may be several. */
  readonly argument: unknown;
  /** As commander parses them, with its defaults. */
  readonly options: Options;
}

type Options = Readonly<Record<string, unknown>>;

/** What the options alone do not tell. Undefined where the line uses no API server. */
interface LineFacts extends Partial<AskedLine> {
  /** Another command that asks for the same. */
  readonly as?: string;
}

/** Whether the namespace of the line is in the name of a policy that it reads. */
export function isForPolicy({ command: name, options }: ParsedLine): boolean {
  const { admission, allNamespaces, output } = options;
  return (admission === true && output !== 'yaml') || (name === 'delete' && allNamespaces === true);
}

/** Empty for a command line that uses no API server. Throws UsageError. */
export function commandRights(line: ParsedLine, io: Io): Right[] {
  const { command: name, argument, options } = line;
  const asked = askedOf(line, [argument ?? []].flat().map(String), io);
  if (asked === undefined) return [];
  const { as = name, facts = [], names = {}, targets = [] } = asked;
  const secrets = names.secrets?.length === 0 ? undefined : names.secrets;
  const more: Fact[] = [...(secrets === undefined ? [] : ['named' as const]), ...comparedBy(line)];
  const all = [...given(options), ...facts, ...more];
  const policies = [admissionName({ namespace: `${options.namespace}`, name: `${secrets?.[0]}` })];
  const known = { ...names, secrets, policies, clusters: [KUBE_SYSTEM] };
  const rights = rightsFor(as, { facts: all, names: known, targets });
  if (rights !== undefined) return rights;
  throw new UsageError(`${name} needs no role`, command`regsecret rbac attach --serviceaccount default`);
}

/** `sync` compares each cluster with that of its source, and `rotate` those of its contexts with each other. */
function comparedBy({ command: name, options }: ParsedLine): Fact[] {
  const { toContext = [], assumeDifferent }: ContextFlags = options;
  const isAsked = name === 'sync' ? toContext.length > 0 && !usesLogin(options) : new Set(toContext).size > 1;
  return isAsked && !assumeDifferent ? ['clusters'] : [];
}

/** The names of the options that are given, and `writes`. */
function given(options: Options): string[] {
  const names = Object.keys(options).filter((name) => options[name] !== undefined && options[name] !== false);
  return options.dryRun === 'client' ? names : [...names, 'writes'];
}

function askedOf(
  { command: name, argument, options }: ParsedLine,
  secrets: readonly string[],
  io: Io,
): LineFacts | undefined {
  const { allNamespaces, selector, filename } = options;
  const usual = secrets.length === 0 ? ['regsecret'] : secrets;
  switch (name) {
    case 'create':
      return createdBy(`${argument}`, options);
    case 'attach':
    case 'detach':
      return changedBy(name, { ...(options as unknown as AttachOptions), secret: `${argument}` }, io);
    case 'sync':
      if (options.output === 'yaml') return undefined;
      return copiedBy(
        syncRequest({ ...(options as unknown as SyncOptions), name: `${argument}` }, io),
        options.watch === true,
      );
    case 'remove':
      return { names: { secrets: allNamespaces || selector !== undefined ? secrets : usual } };
    case 'inspect':
      return filename === undefined ? { names: { secrets: usual } } : undefined;
    case 'verify':
      if (typeof options.onNode === 'string') return askedOnNode(options.onNode, secrets, options);
      return filename === undefined && !usesLogin(options) ? { names: { secrets: usual } } : undefined;
    case 'list':
      return { names: { secrets: allNamespaces ? [] : secrets } };
    case 'doctor':
      return examinedBy(secrets, options);
    default:
      return { names: { secrets } };
  }
}

function askedOnNode(node: string, secrets: readonly string[], { serviceaccount = 'default' }: Options): LineFacts {
  const accounts = [`${serviceaccount}`];
  if (node === 'any') return { names: { secrets, accounts } };
  return node === 'all'
    ? { facts: ['nodes'], names: { secrets, accounts } }
    : { facts: ['node'], names: { secrets, accounts, node: [node] } };
}

/** Undefined in a dry run of the client. A hash in the name is not known beforehand. */
function createdBy(name: string, { dryRun, force, appendHash, attach }: Options): LineFacts | undefined {
  if (dryRun === 'client') return undefined;
  const targets = attachTargets((attach ?? []) as readonly string[]);
  const copy = force ? [copyRef({ namespace: '', name }).name] : [];
  const names = appendHash ? {} : { secrets: [name], kept: [name, ...copy] };
  return { facts: ['checks', ...usersOf(targets)], names, targets: targets.map(named) };
}

function changedBy(verb: 'attach' | 'detach', options: AttachOptions, io: Io): LineFacts | undefined {
  const request = requestOf(verb, options, io);
  const { secret, selections, checks } = request;
  const names = { secrets: [secret] };
  if (!hasTargets(request)) {
    if (options.filename === undefined) {
      throw new UsageError(
        `${verb} needs a target here, because there is no terminal to choose on`,
        command`regsecret rbac ${verb} ${secret} --serviceaccount default`,
      );
    }
    // In manifests, only the logins of the Secret count.
    return options.auto && options.secretFile === undefined ? { as: 'verify', names } : undefined;
  }
  const picked = selections.map((selection) => ({
    kind: selection.by === 'use' ? ('ServiceAccount' as const) : selection.kind,
    isPicked: true,
  }));
  const targets = [...request.targets.map(named), ...picked];
  const users = selections.some(({ by }) => by === 'use') || checks ? usersOf(targets) : [];
  return { facts: [verb, ...users, ...(selections.some(isImplied) ? (['implied'] as const) : [])], names, targets };
}

function named({ kind, name }: { readonly kind: AskedTarget['kind']; readonly name: string }): AskedTarget {
  return { kind, names: [name] };
}

function usersOf(targets: readonly AskedTarget[]): Fact[] {
  return targets.some(({ kind }) => kind === 'ServiceAccount') ? ['users'] : [];
}

/**
 * What decides about the rights of `sync`, beside the options that are given. With `--watch`, failing pods are looked for only to
 * restart them.
 */
export function copiedBy({ name, accounts, restart }: CopyOptions, watch: boolean): AskedLine {
  const { names, used, all } = accounts;
  const only = used || all ? undefined : names;
  const facts: Fact[] = names.includes('default') ? ['waits'] : [];
  if (!watch || restart) facts.push('checks');
  if (!used && !all && names.length === 0) return { facts, names: { secrets: [name] }, targets: [] };
  if (used || facts.includes('checks')) facts.push('users');
  const targets = [{ kind: 'ServiceAccount', names: only, isPicked: true } as const];
  return { facts: [...facts, 'attach'], names: { secrets: [name], accounts: only, default: ['default'] }, targets };
}

type CopyOptions = Pick<SyncRequest, 'name' | 'accounts' | 'restart'>;

function examinedBy(words: readonly string[], typed: Options): LineFacts | undefined {
  const { targets: rest, ...options } = imagesApart(filesApart({ ...(typed as TypedDoctorOptions), targets: words }));
  if (options.filename !== undefined) return undefined;
  const { image, serviceaccount, secret: secrets } = options;
  const targets = parseDoctorTargets(rest);
  // Images concern the service accounts that are targets, or else `default`.
  const usual = targets.some(({ kind }) => kind === 'ServiceAccount') ? undefined : 'default';
  const account = image === undefined ? undefined : (serviceaccount ?? usual);
  if (account !== undefined) targets.unshift({ kind: 'ServiceAccount', name: account });
  return { facts: targets.length === 0 ? ['all'] : [], names: { secrets }, targets: targets.map(named) };
}

interface TypedDoctorOptions {
  readonly filename?: readonly string[];
  readonly image?: readonly string[];
  readonly serviceaccount?: string;
  readonly secret?: readonly string[];
}
