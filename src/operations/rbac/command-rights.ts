/** Derives the rights that a command line of regsecret needs. */
import { copyRef } from '../../cluster/write/recreate-secret.ts';
import { usesLogin } from '../../credentials/credential-flags.ts';
import type { CredentialOptions } from '../../credentials/credential-options.ts';
import { type AttachScope, attachRights } from '../../domain/rbac/attach-rights.ts';
import { doctorRights } from '../../domain/rbac/doctor-rights.ts';
import type { Right } from '../../domain/rbac/right.ts';
import { deleteRights, removeRights, rotateRights } from '../../domain/rbac/rotate-rights.ts';
import { createRights, inspectRights, listRights, verifyRights } from '../../domain/rbac/secret-rights.ts';
import { syncRights } from '../../domain/rbac/sync-rights.ts';
import { command } from '../../domain/text/command.ts';
import { filesApart, imagesApart, parseDoctorTargets } from '../../domain/workloads/target.ts';
import { UsageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { type AttachOptions, attachTargets, hasTargets, requestOf } from '../attach/attach-options.ts';
import { type AttachRequest, isImplied } from '../attach/request.ts';
import { type SyncOptions, syncRequest } from '../sync/sync-options.ts';

/** A command line that has been parsed. */
export interface ParsedLine {
  readonly command: string;
  /** The first argument, or all of them where there may be several. */
  readonly argument: unknown;
  readonly options: object;
}

/** Empty for a command line that uses no API server. Throws UsageError. */
export function commandRights({ command: name, argument, options }: ParsedLine, io: Io): Right[] {
  switch (name) {
    case 'create':
      return rightsOfCreate(`${argument}`, options as CreateLine);
    case 'attach':
    case 'detach':
      return rightsOfChange(name, { ...(options as AttachOptions), secret: `${argument}` }, io);
    case 'sync':
      return rightsOfSync({ ...(options as SyncOptions), name: `${argument}` }, io);
    case 'rotate':
      return rightsOfRotate(argument as string[], options as RotateLine);
    case 'remove':
      return rightsOfRemove(argument as string | undefined, options as RemoveLine);
    case 'delete':
      return rightsOfDelete(`${argument}`, options as DeleteLine);
    case 'inspect':
      return 'filename' in options ? [] : inspectRights(namesOf(argument));
    case 'verify':
      return 'filename' in options || usesLogin(options as CredentialOptions)
        ? []
        : verifyRights(namesOf(argument), 'allNamespaces' in options);
    case 'list':
      return listRights((argument as string[] | undefined) ?? [], 'allNamespaces' in options);
    case 'doctor':
      return rightsOfDoctor(argument as string[], options as DoctorLine);
    default:
      throw new UsageError(`${name} needs no role`, command`regsecret rbac attach --serviceaccount default`);
  }
}

/** The Secret names in an argument, or `regsecret` where it was left out. */
function namesOf(argument: unknown): readonly string[] {
  const names = (argument as string[] | undefined) ?? [];
  return names.length === 0 ? ['regsecret'] : names;
}

interface CreateLine {
  readonly force?: boolean;
  readonly appendHash?: boolean;
  readonly attach?: readonly string[];
  readonly dryRun: AttachOptions['dryRun'];
}

function rightsOfCreate(name: string, { force, appendHash = false, attach = [], dryRun }: CreateLine): Right[] {
  if (dryRun === 'client') return [];
  const copy = force ? copyRef({ namespace: '', name }).name : undefined;
  const change: AttachScope = {
    verb: 'attach',
    secret: name,
    isKnown: true,
    targets: attachTargets(attach),
    picked: [],
    used: false,
    allNamespaces: false,
    checks: true,
    allowMissing: false,
    recreate: false,
    restart: false,
    wait: false,
    writes: true,
  };
  return [...createRights({ name, copy, appendHash }), ...(attach.length === 0 ? [] : attachRights(change))];
}

function rightsOfChange(verb: 'attach' | 'detach', options: AttachOptions, io: Io): Right[] {
  const request = requestOf(verb, options, io);
  if (hasTargets(request)) return attachRights(changeOf(request));
  if (options.filename === undefined) {
    throw new UsageError(
      `${verb} needs a target here, because there is no terminal to choose on`,
      command`regsecret rbac ${verb} ${request.secret} --serviceaccount default`,
    );
  }
  return options.auto && options.secretFile === undefined ? verifyRights([request.secret]) : [];
}

function changeOf(request: AttachRequest): AttachScope {
  const { selections, dryRun, ...rest } = request;
  return {
    ...rest,
    isKnown: false,
    picked: selections.flatMap((selection) => (selection.by === 'kind' ? [selection.kind] : [])),
    isImplied: selections.some(isImplied),
    used: selections.some(({ by }) => by === 'use'),
    writes: dryRun !== 'client',
  };
}

function rightsOfSync(options: SyncOptions, io: Io): Right[] {
  const { name, accounts, restart, prune, dryRun } = syncRequest(options, io);
  const watches = options.watch ?? false;
  return syncRights({ name, accounts, restart, prune, watches, writes: dryRun !== 'client' });
}

interface RotateLine {
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly restart?: boolean;
  readonly dryRun: AttachOptions['dryRun'];
}

function rightsOfRotate(names: readonly string[], { allNamespaces, selector, restart, dryRun }: RotateLine): Right[] {
  return rotateRights({
    names,
    allNamespaces: allNamespaces ?? false,
    labels: selector !== undefined,
    restart: restart ?? false,
    writes: dryRun !== 'client',
  });
}

type RemoveLine = Omit<RotateLine, 'restart'>;

function rightsOfRemove(name: string | undefined, { allNamespaces, selector, dryRun }: RemoveLine): Right[] {
  const isWide = allNamespaces === true || selector !== undefined;
  return removeRights({
    names: name === undefined && isWide ? [] : [name ?? 'regsecret'],
    allNamespaces: allNamespaces ?? false,
    labels: selector !== undefined,
    writes: dryRun !== 'client',
  });
}

interface DeleteLine {
  readonly allNamespaces?: boolean;
  readonly dryRun: AttachOptions['dryRun'];
}

function rightsOfDelete(name: string, { allNamespaces, dryRun }: DeleteLine): Right[] {
  return deleteRights({ name, copies: allNamespaces ?? false, writes: dryRun !== 'client' });
}

interface DoctorLine {
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly filename?: readonly string[];
  readonly image?: readonly string[];
  readonly serviceaccount?: string;
  readonly secret?: readonly string[];
}

function rightsOfDoctor(words: readonly string[], typed: DoctorLine): Right[] {
  const { targets: rest, ...options } = imagesApart(filesApart({ ...typed, targets: words }));
  if (options.filename !== undefined) return [];
  const targets = parseDoctorTargets(rest);
  // Images concern the service accounts that are targets, or else `default`.
  const usual = targets.some(({ kind }) => kind === 'ServiceAccount') ? undefined : 'default';
  return doctorRights({
    targets,
    allNamespaces: options.allNamespaces ?? false,
    labels: options.selector !== undefined,
    account: options.image === undefined ? undefined : (options.serviceaccount ?? usual),
    secrets: options.secret ?? [],
  });
}
