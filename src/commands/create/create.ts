/** `regsecret create`: makes a Secret from a login. */

import type { AttachRequest, NamedTarget } from '../../attaching/request.ts';
import type { ChangeOptions } from '../../changes/step.ts';
import type { Upsert } from '../../changes/upsert.ts';
import type { Transport } from '../../cluster/transport.ts';
import { type CollectedEntry, type CollectedLogins, collectCredentials } from '../../credentials/collect.ts';
import { type CredentialOptions, usesDockerFlags, withoutPassword } from '../../credentials/credential-flags.ts';
import { EXIT } from '../../errors.ts';
import type { KubeFlags } from '../../kubeconfig/kube-flags.ts';
import { type Command, command } from '../../line/command.ts';
import { prose } from '../../line/hint.ts';
import { scope } from '../../line/object-name.ts';
import { agreeToShare, sayExpiry } from '../../output/login-remarks.ts';
import { type Printer, printerFor } from '../../output/printer.ts';
import type { RegistryFlags } from '../../registry/registry-client.ts';
import { buildPullSecret } from '../../secret/build.ts';
import { displayServer, shownServer } from '../../secret/display-server.ts';
import { type Expiry, expiryAnnotations, expiryOf } from '../../secret/expiry.ts';
import { checkSize, describeSecret, type PullSecretType, type Secret } from '../../secret/secret.ts';
import { checkNames } from '../../secret/secret-name.ts';
import type { Io } from '../../system/io.ts';
import { checkNotExpired, expiredBefore, renewal } from '../../verify/refused-login.ts';
import { printCreated, sayEntries, sayLeftOver } from './create-printer.ts';

export interface CreateOptions extends CredentialOptions, RegistryFlags, KubeFlags, ChangeOptions {
  readonly name: string;
  readonly replace?: boolean;
  readonly force?: boolean;
  readonly type?: 'dockerconfigjson' | 'dockercfg';
  readonly appendHash?: boolean;
  /** When false, a login that has expired or that nobody has checked is written as well. */
  readonly verify?: boolean;
  readonly attach?: readonly string[];
  /** Whether nobody is asked before a login of a person goes into the namespace of others. */
  readonly yes?: boolean;
  readonly output?: 'yaml' | 'json' | 'name';
  readonly dryRun: ChangeOptions['dryRun'];
}

type Expiries = ReadonlyMap<string, Expiry | undefined>;

interface Run {
  readonly options: CreateOptions;
  readonly io: Io;
  readonly printer: Printer;
}

/** The Secret as it is created when none exists yet, and where its logins come from. */
interface Draft extends Pick<CollectedLogins, 'entries' | 'personal'> {
  readonly secret: Secret;
  readonly expiries: Expiries;
}

/** Writes the Secret that `options` describe and returns the exit code; throws UserError. */
export async function create(options: CreateOptions, io: Io): Promise<number> {
  checkNames(options);
  const targets = options.attach === undefined ? [] : await targetsOf(options.attach);
  const run = { options, io, printer: await printerFor(io) };
  const check =
    options.verify === false ? undefined : (entry: CollectedEntry) => checkNotExpired(entry, io.clock.now());
  const destination = () => destinationOf(options, io);
  const collected = await collectCredentials(options, io, { check, destination });
  const { warnings, prompted, personal } = collected;
  for (const warning of warnings) run.printer.warn(warning);
  const entries = (options.verify ?? prompted) ? await accepted(collected, run) : collected.entries;
  const expiries = new Map(entries.map((entry) => [entry.server, expiryOf(entry, io.env, io.clock.now())]));
  for (const [server, expiry] of expiries) if (expiry !== undefined) sayExpiry(server, expiry, run);
  const draft = { secret: await build(options, entries, expiries), entries, expiries, personal };
  return options.dryRun === 'client' ? show(draft, run) : write(draft, targets, run);
}

/** Throws UserError when the kubeconfig names no cluster. */
async function destinationOf(options: CreateOptions, io: Io): Promise<string> {
  const secret = `secret/${options.name}`;
  if (options.dryRun === 'client') return secret;
  const { connectionOf } = await import('../../cluster/transport.ts');
  const { namespace } = await connectionOf(options, io);
  return `${secret} in namespace ${namespace}`;
}

/** Throws UserError for a login that its registry does not accept. */
async function accepted(collected: CollectedLogins, run: Run): Promise<readonly CollectedEntry[]> {
  const { checkLogins } = await import('../../changes/login-check.ts');
  return checkLogins(collected, { needs: 'answer', isWanted: run.options.verify === true }, run);
}

async function show({ secret, entries }: Draft, run: Run): Promise<number> {
  const { options, printer } = run;
  await printCreated({ action: 'created', secret }, run);
  sayEntries(entries, undefined, printer);
  // stdout has kubectl's line, or with -o a manifest.
  if (options.output === undefined) {
    printer.say('--dry-run=client does not contact the cluster: use --dry-run=server to see what would change there');
  } else if (options.output !== 'name' && !options.replace && !options.appendHash) {
    printer.say('applying this removes all other logins from an existing Secret; create without --dry-run keeps them');
  }
  for (const target of options.attach ?? []) printer.say(`  would be attached to ${target}, which was not checked`);
  return EXIT.ok;
}

async function write(draft: Draft, targets: readonly NamedTarget[], run: Run): Promise<number> {
  const { options, io, printer } = run;
  const { secret, entries, expiries, personal } = draft;
  const { connect } = await import('../../cluster/transport.ts');
  const { upsertSecret } = await import('../../changes/upsert.ts');
  const transport = await connect(options, withoutPassword(options, io));
  try {
    const { replace = false, force = false, dryRun, fieldManager } = options;
    const wanted = { entries, expiries, type: pullSecretType(options), replace, force };
    const request = targets.length === 0 ? undefined : await requestOf(draft, targets, run);
    if (request !== undefined) await checkTargets(request, transport);
    const { yes } = options;
    if (personal && dryRun === 'none') await agreeToShare(entries, transport.namespace, { ...run, yes });
    const applied = await upsertSecret(transport, secret, wanted, { dryRun, fieldManager, listener: printer }).catch(
      async (error: unknown) => {
        const { withNearNamespace } = await import('../../cluster/not-found.ts');
        return withNearNamespace(error, transport);
      },
    );
    await printCreated(applied, run);
    printer.say(`  in namespace ${transport.namespace}`);
    sayEntries(entries, applied, printer);
    if (options.verify !== false) checkKept(entries, applied, run);
    if (request !== undefined) return await attachTo(applied, request, transport, run);
    await sayLeftOver(applied, run);
    if (options.output === undefined && dryRun === 'none') sayNext(applied, draft, run);
    return EXIT.ok;
  } finally {
    transport.close();
  }
}

/** Proposes what the user may type next. */
function sayNext({ action, secret }: Upsert, { entries, personal }: Draft, { options, io, printer }: Run): void {
  // The author of a script knows what comes next.
  const isScript = !io.stderr.isTTY && (options.passwordStdin === true || options.passwordEnv !== undefined);
  if (action === 'created' && !isScript) printer.hint(attachCommand(secret.metadata.name, options));
  // The user may want to replace a rejected login, but the login of this machine is the same one.
  const [login, ...others] = entries;
  if (action !== 'unchanged' || !personal || login === undefined || others.length > 0 || options.verify === true)
    return;
  printer.hint(prose`if ${displayServer(login.server)} rejects this login, renew it: ${renewal(login)}`);
}

/** Throws UsageError, before anything is written. */
async function targetsOf(texts: readonly string[]): Promise<NamedTarget[]> {
  const { attachTargets } = await import('../../attaching/attach-options.ts');
  return attachTargets(texts);
}

/** The request to attach the Secret. The end of a login is reported before it. */
async function requestOf(
  { secret, expiries }: Draft,
  targets: readonly NamedTarget[],
  { options: { dryRun, fieldManager }, io }: Run,
): Promise<AttachRequest> {
  const { requestFor } = await import('../../attaching/attach-options.ts');
  const said = [...expiries].flatMap(([server, expiry]) => (expiry === undefined ? [] : shownServer(server)));
  return requestFor({ secret, saidEnds: new Set(said) }, targets, { dryRun, fieldManager }, io);
}

/** Throws UserError when a target does not exist, or may not be read. */
async function checkTargets(request: AttachRequest, transport: Transport): Promise<void> {
  const { readTarget } = await import('../../attaching/targets.ts');
  const { namespace } = transport;
  await Promise.all(request.targets.map((target) => readTarget({ ...target, namespace }, { transport, request })));
}

/** Returns the exit code; throws UserError. */
async function attachTo(
  { secret, action }: Upsert,
  planned: AttachRequest,
  transport: Transport,
  { options: { dryRun, output, as }, io, printer }: Run,
): Promise<number> {
  const [{ changePullSecrets }, { targetWords }, { withAttachPrinter }] = await Promise.all([
    import('../../attaching/change-lists.ts'),
    import('../../attaching/request.ts'),
    import('../../attaching/attach-printer.ts'),
  ]);
  const request = { ...planned, known: planned.known && { ...planned.known, secret } };
  const names = output === 'name' ? output : undefined;
  const restart = command`regsecret attach ${request.secret} ${scope(transport.namespace)} ${targetWords(request)} --restart`;
  const shown = { verb: request.verb, secret: request.secret, output: names, dryRun, namespaces: false, restart, as };
  const results: Printer = {
    ...printer,
    // A manifest on stdout must stay one, so results go to stderr.
    ...(output === 'yaml' || output === 'json' ? { result: printer.say } : {}),
    // The hints name a Secret that does not exist yet.
    ...(action === 'created' && dryRun === 'server' ? { hint: () => undefined } : {}),
  };
  return withAttachPrinter(shown, results, io, (report) => changePullSecrets(transport, request, report));
}

function attachCommand(name: string | undefined, { namespace }: CreateOptions): Command {
  return command`regsecret attach ${name === 'regsecret' ? undefined : name} ${scope(namespace)} --serviceaccount default`;
}

async function build(options: CreateOptions, entries: readonly CollectedEntry[], expiries: Expiries): Promise<Secret> {
  // With kubectl's flags, the output must be the same as kubectl's, so no annotation is added.
  const likeKubectl = options.dryRun === 'client' && usesDockerFlags(options);
  const secret = buildPullSecret({
    name: options.name,
    entries,
    namespace: options.namespace || undefined,
    type: pullSecretType(options),
    annotations: likeKubectl ? undefined : expiryAnnotations(expiries),
  });
  checkSize(describeSecret(secret), secret.data ?? {});
  if (!options.appendHash) return secret;
  const { withNameHash } = await import('./name-hash.ts');
  return withNameHash(secret);
}

function pullSecretType({ type }: CreateOptions): PullSecretType | undefined {
  return type === undefined ? undefined : `kubernetes.io/${type}`;
}

/** Warns about logins that the Secret had already and that have expired. Throws UserError when there are no others. */
function checkKept(entries: readonly CollectedEntry[], applied: Upsert, { io, printer }: Omit<Run, 'options'>): void {
  if (applied.action === 'created') return;
  const problems = expiredBefore(entries, { ...applied.change, secret: applied.secret }, io.clock.now());
  const [first] = problems;
  if (first !== undefined && problems.length === entries.length) throw first;
  for (const { message } of problems) printer.warn(message);
}
