/** `regsecret rotate`: writes a new login into the selected Secrets that hold the old one. */

import { checkLogins } from '../../changes/login-check.ts';
import { saySource } from '../../changes/login-source.ts';
import { inClusters } from '../../changes/run-contexts.ts';
import type { ChangeOptions } from '../../changes/step.ts';
import type { AreOneCluster } from '../../cluster/cluster-identity.ts';
import { createReader, type Reader } from '../../cluster/reader.ts';
import { checkSelector, namespacesOf, onlyNamespace, type SecretScope } from '../../cluster/secret-scope.ts';
import type { ContextTransport } from '../../cluster/transport.ts';
import { lossWarnings } from '../../copies/lost-logins.ts';
import { type CollectedEntry, type CollectedLogins, collectCredentials } from '../../credentials/collect.ts';
import { type CredentialOptions, LOGIN_FLAGS } from '../../credentials/credential-flags.ts';
import { UsageError, UserError } from '../../errors.ts';
import { type ContextFlags, checkContextFlags } from '../../kubeconfig/contexts.ts';
import { words } from '../../line/command.ts';
import { againWith, eitherOf } from '../../line/hint.ts';
import { createFingerprint } from '../../output/fingerprint.ts';
import { sayExpiry } from '../../output/login-remarks.ts';
import { type ClusterRun, type Printer, printerFor } from '../../output/printer.ts';
import { withProgress } from '../../output/progress.ts';
import type { RegistryFlags } from '../../registry/registry-client.ts';
import { describeChecked } from '../../secret/checked-scope.ts';
import { displayServer } from '../../secret/display-server.ts';
import { expiryOf } from '../../secret/expiry.ts';
import { checkNames } from '../../secret/secret-name.ts';
import type { SelectedNamespace } from '../../secret/selected-namespace.ts';
import { serverFlags } from '../../secret/server.ts';
import type { Io } from '../../system/io.ts';
import { many } from '../../text/enumerate.ts';
import { checkNotExpired } from '../../verify/refused-login.ts';
import { chosenNames, namesAndPatterns } from '../namespace-choice.ts';
import { checkNamed, type GuessedLogin } from './login-choice.ts';
import { checkFits, checkFound, withoutLogins } from './not-held.ts';
import type { RotatedLogin } from './old-login.ts';
import { type OldPasswordOptions, readOldPassword } from './old-password.ts';
import { sayCopies, saySamePassword, sayUnseen } from './rotate-left.ts';
import { type RotatePrinterOptions, rotateIntent, rotatePrinter } from './rotate-printer.ts';
import type { RotatedSource, RotateRequest } from './rotate-request.ts';
import { prepareRotation } from './rotation.ts';

export interface RotateOptions
  extends CredentialOptions,
    OldPasswordOptions,
    RegistryFlags,
    ContextFlags,
    ChangeOptions {
  readonly names: readonly string[];
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly to?: readonly string[];
  readonly below?: boolean;
  readonly anyUser?: boolean;
  readonly owned?: boolean;
  readonly restart?: boolean;
  readonly yes?: boolean;
  /** When false, no registry is asked. */
  readonly verify?: boolean;
  readonly output?: 'name' | 'json';
  readonly dryRun: ChangeOptions['dryRun'];
}

/** Returns the exit code; throws UserError. */
export async function rotate(typed: RotateOptions, outer: Io): Promise<number> {
  const { elsewhere = [], ...found } = await checkOptions(typed, outer);
  const options = { ...typed, ...found };
  const io = withGuess(found, outer);
  const oldPassword = readOldPassword(options, usesStdin(options), io);
  const { say } = await printerFor(io);
  if (found.username !== undefined) say(`no username is given, so it is ${found.username}, as in the existing Secrets`);
  if (found.server !== undefined) say(foundServer(found.server, elsewhere));
  let refusal: UserError | undefined;
  const homes = new Set<string>();
  const code = await inClusters(options, io, {
    hasSource: false,
    async prepare(printer, areOne) {
      const found = await newLogins(options, io, printer);
      refusal = found.refusal;
      const mark = createFingerprint(io);
      const rotated = new Map<ContextTransport | undefined, Map<string, RotatedSource>>();
      return async (transport, run, here) => {
        homes.add(transport.namespace);
        const own = new Map<string, RotatedSource>();
        const request = {
          ...requestOf(options, found.logins, transport.namespace),
          login: io.commands.typed?.only(...LOGIN_FLAGS) ?? words``,
          oldPassword: oldPassword?.password,
          rotatedElsewhere: await rotatedOutside(here, rotated, areOne),
          note: (key: string, source: RotatedSource) => void own.set(key, source),
        };
        rotated.set(here, own);
        return rotateIn(createReader(transport), request, { ...options, mark, refusal }, run);
      };
    },
  });
  const checked = options.names.length === 0 ? whereLooked(options, [...homes]) : undefined;
  if (checked !== undefined) say(checked);
  if (refusal !== undefined) throw refusal;
  return code;
}

/** What was rotated in other clusters than that of `here`. Throws UserError where it is not known which of them are others. */
async function rotatedOutside(
  here: ContextTransport | undefined,
  rotated: ReadonlyMap<ContextTransport | undefined, ReadonlyMap<string, RotatedSource>>,
  areOne: AreOneCluster,
): Promise<Map<string, RotatedSource>> {
  const outside = new Map<string, RotatedSource>();
  for (const [there, sources] of rotated) {
    if (!here || !there || sources.size === 0 || (await areOne(there, here))) continue;
    // The cluster of the source comes first.
    for (const [key, source] of sources) if (!outside.has(key)) outside.set(key, source);
  }
  return outside;
}

/**
 * `io` whose proposed lines also say what the Secrets of the home namespace told. In another namespace, its owner could put a
 * registry beside this user name, and be sent the new password.
 */
function withGuess({ server, username }: GuessedLogin, io: Io): Io {
  const add = words`${serverFlags(server)} ${username === undefined ? undefined : words`--username ${username}`}`;
  return { ...io, commands: { ...io.commands, typed: io.commands.typed?.with(add) } };
}

function foundServer(servers: readonly string[], elsewhere: readonly string[]): string {
  const others = elsewhere.length === 0 ? '' : `; other namespaces also have ${many(elsewhere.map(displayServer))}`;
  return `no registry is given, so it is ${many(servers.map(displayServer))}, as in the existing Secrets${others}`;
}

/** Where pull secrets were checked, and how to check more. Undefined where all were. */
function whereLooked({ allNamespaces, selector, to }: RotateOptions, homes: readonly string[]): string | undefined {
  if (selector !== undefined)
    return describeChecked(`namespaces with these labels and in ${many(homes)}`, '-A instead of -l');
  if (to !== undefined) return describeChecked(`the namespaces of --to and in ${many(homes)}`, '-A instead of --to');
  return allNamespaces ? undefined : describeChecked(many(homes));
}

/** Returns the parts of the login that only the Secrets tell. Throws UsageError. */
async function checkOptions(options: RotateOptions, io: Io): Promise<GuessedLogin> {
  const { selector, names, namespace, to, allNamespaces } = options;
  checkContextFlags(options, { hasSource: false });
  checkSelector(selector);
  if (to !== undefined && (allNamespaces || selector !== undefined)) {
    const other = allNamespaces ? '-A' : '-l';
    throw new UsageError(`--to and ${other} cannot be used together`, eitherOf('--to', other));
  }
  for (const name of names.length === 0 ? ['regsecret'] : names) checkNames({ name, namespace }, 'rotate');
  return checkNamed({ ...options, scopeIn: (home) => scopeOf(options, home) }, io);
}

function scopeOf(options: RotateOptions, home: SelectedNamespace): SecretScope {
  const { names } = options;
  const to = chosenNames(options.to ?? [], '--to');
  const namespaces = to.length > 0 ? { to: namesAndPatterns(to) } : namespacesOf(options, home);
  return { namespaces, names, verb: 'rotate' };
}

/** Whether the new login comes from stdin. */
function usesStdin({ passwordStdin, fromFile = [] }: RotateOptions): boolean {
  return passwordStdin === true || fromFile.includes('-');
}

interface NewLogins {
  readonly logins: RotatedLogin[];
  readonly refusal: UserError | undefined;
}

/** The new logins, collected and accepted by their registries. Throws UserError. */
async function newLogins(options: RotateOptions, io: Io, printer: Printer): Promise<NewLogins> {
  const verify = options.verify !== false;
  const check = verify ? (entry: CollectedEntry) => checkNotExpired(entry, io.clock.now()) : undefined;
  const collected = await collectCredentials(options, io, { check });
  for (const warning of collected.warnings) printer.warn(warning);
  // Names logins that the user has neither typed nor named.
  if (collected.personal) saySource(collected.entries, printer);
  const unchecked = { entries: collected.entries, refusal: undefined };
  const { entries, refusal } = verify ? await accepted(collected, { options, io, printer }) : unchecked;
  const logins = entries.map(({ server, credential, email }) => {
    const expiry = expiryOf({ server, credential }, io.env, io.clock.now());
    if (expiry !== undefined) sayExpiry(server, expiry, { io, printer });
    return { server, credential, email, expiry };
  });
  return { logins, refusal };
}

/**
 * A login that its registry does not accept is not refused yet. A dry run plans with it, because its password may become valid
 * later. In one cluster, the Secrets may show that the user name is a typo. Throws UserError.
 */
async function accepted(
  collected: CollectedLogins,
  context: { readonly options: RotateOptions } & Run,
): Promise<{ readonly entries: readonly CollectedEntry[]; readonly refusal: UserError | undefined }> {
  const { options } = context;
  const isDryRun = options.dryRun !== 'none';
  const rehearsed = isDryRun ? againWith(words`--no-verify`) : undefined;
  try {
    return { entries: await checkLogins(collected, { needs: 'acceptance', rehearsed }, context), refusal: undefined };
  } catch (error) {
    if (!(error instanceof UserError) || (!isDryRun && options.toContext !== undefined)) throw error;
    return { entries: collected.entries, refusal: error };
  }
}

function requestOf(
  options: RotateOptions,
  logins: readonly RotatedLogin[],
  namespace: SelectedNamespace,
): Omit<RotateRequest, 'login' | 'oldPassword' | 'rotatedElsewhere' | 'note'> {
  return {
    scope: scopeOf(options, namespace),
    logins,
    home: namespace,
    anyUser: options.anyUser ?? false,
    below: options.below ?? false,
    owned: options.owned ?? false,
    restart: options.restart ?? false,
    dryRun: options.dryRun,
    fieldManager: options.fieldManager,
  };
}

type Run = Pick<ClusterRun, 'io' | 'printer'>;

async function rotateIn(
  reader: Reader,
  request: RotateRequest,
  options: RotateOptions & Pick<RotatePrinterOptions, 'mark' | 'refusal'>,
  run: ClusterRun,
): Promise<number> {
  const { io, printer } = run;
  const isRefused = options.refusal !== undefined && request.dryRun === 'none';
  const prepare = () => prepareRotation(reader, request);
  const rotation = await withProgress(() => 'looking for Secrets with the login', io, prepare);
  checkFound(rotation, request, options.username);
  if (isRefused) throw options.refusal;
  checkFits(rotation, request);
  const report = rotatePrinter({ ...options, request, output: options.output }, run);
  const { items } = rotation;
  report.left(items);
  for (const [ref, error] of withoutLogins(rotation, request)) report.problem(ref, error);
  const meant = items.filter(({ action }) => action === 'update');
  for (const { name, ...loss } of rotation.losses)
    for (const warning of lossWarnings(name, [loss], 'rotate')) printer.warn(warning);
  const intent = { what: rotateIntent(meant), changes: meant.length, deletes: false };
  const progress = () => `${report.handled} of ${meant.length} Secrets`;
  await report.perform(intent, () => withProgress(progress, io, () => rotation.perform(report)));
  sayUnseen(reader, printer);
  const { registries, annotated } = rotation.elsewhere;
  const code = report.end(items, annotated);
  saySamePassword(registries, printer);
  if (onlyNamespace(request.scope) !== undefined) sayCopies(items, request, printer);
  return code;
}
