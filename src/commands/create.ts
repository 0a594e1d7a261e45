/** `regsecret create`: from a login to a Secret. */

import type { Transport } from '../cluster/client/transport.ts';
import type { KubeFlags } from '../cluster/config/kube-flags.ts';
import type { Applied } from '../cluster/write/apply-secret.ts';
import { type Collected, type CollectedEntry, collectCredentials } from '../credentials/collect.ts';
import { usesDockerFlags } from '../credentials/credential-flags.ts';
import type { CredentialOptions } from '../credentials/credential-options.ts';
import { displayServer, shownServer } from '../domain/keyring/display-server.ts';
import { checkSize, describeSecret, type PullSecretType, type Secret } from '../domain/keyring/secret.ts';
import { registryOf } from '../domain/keyring/server.ts';
import { buildPullSecret } from '../domain/pull-secret/build.ts';
import { EXPIRES_AT, type Expiry, expiryAnnotation, expiryOf } from '../domain/pull-secret/expiry.ts';
import { checkNames } from '../domain/pull-secret/secret-name.ts';
import { type Command, command } from '../domain/text/command.ts';
import { many } from '../domain/text/enumerate.ts';
import { prose } from '../domain/text/hint.ts';
import { scope } from '../domain/text/object-name.ts';
import { rfc3339 } from '../domain/text/time.ts';
import { loginAdvice } from '../domain/verify/known-registries.ts';
import { EXIT, UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { NamedTarget } from '../operations/attach/request.ts';
import { type Printer, printerFor } from '../output/printer.ts';
import type { RegistryFlags } from '../registry/registry-client.ts';

export interface CreateOptions extends CredentialOptions, RegistryFlags, KubeFlags {
  readonly name: string;
  readonly replace?: boolean;
  readonly force?: boolean;
  readonly type?: 'dockerconfigjson' | 'dockercfg';
  readonly appendHash?: boolean;
  readonly verify?: boolean;
  readonly attach?: readonly string[];
  readonly dryRun: 'none' | 'client' | 'server';
  readonly output?: 'yaml' | 'json' | 'name';
  readonly fieldManager: string;
}

/** A credential plugin of the kubeconfig inherits the environment, and has no use for this password. */
function withoutPassword({ passwordEnv }: CreateOptions, io: Io): Io {
  return passwordEnv === undefined ? io : { ...io, env: { ...io.env, [passwordEnv]: undefined } };
}

type Expiries = ReadonlyMap<string, Expiry | undefined>;

interface Run {
  readonly options: CreateOptions;
  readonly io: Io;
  readonly printer: Printer;
}

/** The Secret as it is when there is none yet, and where it comes from. */
interface Draft extends Pick<Collected, 'entries' | 'personal'> {
  readonly secret: Secret;
  readonly expiries: Expiries;
}

/** Writes the Secret that `options` describe and returns the exit code; throws UserError. */
export async function create(options: CreateOptions, io: Io): Promise<number> {
  checkNames(options);
  const targets = options.attach === undefined ? [] : await targetsOf(options.attach);
  const run = { options, io, printer: await printerFor(io) };
  const { entries, warnings, prompted, personal } = await collectCredentials(options, io);
  for (const warning of warnings) run.printer.warn(warning);
  if (options.verify || prompted) await verify(entries, run);
  const expiries = new Map(entries.map((entry) => [entry.server, expiryOf(entry, io.env, Date.now())]));
  for (const [server, expiry] of expiries) if (expiry !== undefined) sayExpiry(server, expiry, run.printer);
  const draft = { secret: await build(options, entries, expiries), entries, expiries, personal };
  return options.dryRun === 'client' ? show(draft, run) : write(draft, targets, run);
}

async function show({ secret, entries }: Draft, run: Run): Promise<number> {
  const { options, printer } = run;
  await print({ action: 'created', secret }, run);
  sayEntries(entries, undefined, printer);
  for (const target of options.attach ?? []) printer.say(`  would be attached to ${target}, which is not looked at`);
  return EXIT.ok;
}

async function write(draft: Draft, targets: readonly NamedTarget[], run: Run): Promise<number> {
  const { options, io, printer } = run;
  const { secret, entries, expiries, personal } = draft;
  const { connect } = await import('../cluster/client/transport.ts');
  const { applySecret } = await import('../cluster/write/apply-secret.ts');
  const transport = await connect(options, withoutPassword(options, io));
  try {
    const { replace = false, force = false, dryRun, fieldManager } = options;
    const wanted = { entries, expiries, type: pullSecretType(options), replace, force };
    if (personal && dryRun === 'none') saySharing(entries, transport.namespace, run);
    const how = { dryRun: dryRun === 'server', fieldManager, signal: io.signal, listener: printer };
    const applied = await applySecret(transport, secret, wanted, how);
    await print(applied, run);
    printer.say(`  in namespace ${transport.namespace}`);
    sayEntries(entries, applied, printer);
    if (targets.length > 0) return await attach({ ...draft, secret: applied.secret }, targets, transport, run);
    await sayUndecodable(applied, printer);
    if (applied.action === 'created' && options.output === undefined && dryRun === 'none') {
      printer.hint(attachCommand(options));
    }
    return EXIT.ok;
  } finally {
    transport.close();
  }
}

/** Throws UsageError, and does so before anything is written. */
async function targetsOf(texts: readonly string[]): Promise<NamedTarget[]> {
  const { attachTargets } = await import('../operations/attach/attach-options.ts');
  return attachTargets(texts);
}

/** Returns the exit code; throws UserError. */
async function attach(
  { secret, expiries }: Draft,
  targets: readonly NamedTarget[],
  transport: Transport,
  { options: { dryRun, output, fieldManager }, io, printer }: Run,
): Promise<number> {
  const [{ changePullSecrets }, { requestFor }, { commandFor }, { withAttachPrinter }] = await Promise.all([
    import('../operations/attach/change-lists.ts'),
    import('../operations/attach/attach-options.ts'),
    import('../operations/attach/request.ts'),
    import('../output/attach-printer.ts'),
  ]);
  const said = [...expiries].flatMap(([server, expiry]) => (expiry === undefined ? [] : shownServer(server)));
  const request = requestFor({ secret, saidEnds: new Set(said) }, targets, { dryRun, fieldManager }, io);
  const names = output === 'name' ? output : undefined;
  const command = commandFor(request, transport.namespace);
  const shown = { verb: request.verb, secret: request.secret, output: names, dryRun, namespaces: false, command };
  // A manifest on stdout stays one.
  const results = output === 'yaml' || output === 'json' ? { ...printer, result: printer.say } : printer;
  return withAttachPrinter(shown, results, io, (report) => changePullSecrets(transport, request, report));
}

function attachCommand({ name, namespace }: CreateOptions): Command {
  return command`regsecret attach ${name === 'regsecret' ? undefined : name} ${scope(namespace)} --serviceaccount default`;
}

async function build(options: CreateOptions, entries: readonly CollectedEntry[], expiries: Expiries): Promise<Secret> {
  // What kubectl would print must be what we print, without an annotation of ours.
  const likeKubectl = options.dryRun === 'client' && usesDockerFlags(options);
  const annotation = likeKubectl ? undefined : expiryAnnotation(undefined, expiries);
  const secret = buildPullSecret({
    name: options.name,
    entries,
    namespace: options.namespace || undefined,
    type: pullSecretType(options),
    annotations: annotation === undefined ? undefined : { [EXPIRES_AT]: annotation },
  });
  checkSize(describeSecret(secret), secret.data ?? {});
  if (!options.appendHash) return secret;
  const { withNameHash } = await import('../cluster/name-hash.ts');
  return withNameHash(secret);
}

function pullSecretType({ type }: CreateOptions): PullSecretType | undefined {
  return type === undefined ? undefined : `kubernetes.io/${type}`;
}

/** Throws UserError unless every registry accepts its credential. */
async function verify(entries: Collected['entries'], { options, io, printer }: Run): Promise<void> {
  const [{ createRegistryClient }, { assignLogin }, { withProgress }, { describeVerdict }] = await Promise.all([
    import('../registry/registry-client.ts'),
    import('../domain/verify/login-permission.ts'),
    import('../output/progress.ts'),
    import('../output/verdict-printer.ts'),
  ]);
  const client = await createRegistryClient(options, { from: 'person' }, io);
  const ask = () =>
    Promise.all(
      entries.map(({ server, credential }) =>
        client.verify({ server, login: assignLogin(credential, { key: server, owner: 'person' }) }),
      ),
    );
  const verdicts = await withProgress(() => 'asking registries', io, ask).finally(() => client.close());
  for (const [index, verdict] of verdicts.entries()) {
    const { server = '', credential } = entries[index] ?? {};
    const sentence = `${displayServer(server)} ${describeVerdict(verdict)}`;
    if (verdict.kind === 'anonymous' || verdict.kind === 'not asked') printer.warn(sentence);
    else if (verdict.kind !== 'accepted') {
      const advice = loginAdvice(registryOf(server) ?? '', credential?.username ?? '');
      const unsure = verdict.kind === 'rejected' ? (advice === undefined ? MISTYPED : prose`${advice}`) : UNCHECKED;
      throw new UserError(`${sentence}; nothing is written`, unsure);
    }
  }
}

const MISTYPED = prose`check user name and password, then run the command again`;
const UNCHECKED = prose`to write a credential without a check, pipe it in with --password-stdin and leave out --verify`;

/** Before it is written, and only to somebody who can still press Ctrl-C; what a program reads stays as it is. */
function saySharing(entries: readonly CollectedEntry[], namespace: string, { io, printer }: Run): void {
  if (!io.stderr.isTTY) return;
  const names = many(entries.map(({ server }) => displayServer(server)));
  const logins = entries.length === 1 ? 'login' : 'logins';
  printer.say(`everybody who can read Secrets in ${namespace} will have your ${logins} for ${names}`);
}

function sayExpiry(server: string, { at, why }: Expiry, printer: Printer): void {
  const verb = at < Date.now() ? 'expired' : 'expires';
  printer.warn(`the credential for ${displayServer(server)} ${verb} at ${rfc3339(at)}: ${why}`);
}

const RESULTS = { created: 'created', updated: 'configured', unchanged: 'unchanged', recreated: 'replaced' } as const;
const SUFFIX = { none: '', client: ' (dry run)', server: ' (server dry run)' } as const;

async function print(
  { action, secret }: Pick<Applied, 'action' | 'secret'>,
  { options: { output, dryRun }, io, printer }: Run,
): Promise<void> {
  const name = `secret/${secret.metadata.name}`;
  if (output === undefined) return printer.result(`${name} ${RESULTS[action]}${SUFFIX[dryRun]}`);
  if (output === 'name') return printer.result(name);
  const { formatManifest } = await import('../output/secret-manifest.ts');
  io.stdout.writeManifest(await formatManifest(secret, output));
}

/** What became of each registry. Passwords are never shown, only that they changed. */
function sayEntries(entries: readonly CollectedEntry[], applied: Applied | undefined, printer: Printer): void {
  const change = applied !== undefined && applied.action !== 'created' ? applied.change : undefined;
  const widths = [
    Math.max(...entries.map(({ server }) => displayServer(server).length)),
    Math.max(...entries.map(({ credential }) => credential.username.length)),
  ];
  for (const { server, credential, from } of entries) {
    const action = change?.actions.get(server);
    const cells = [displayServer(server).padEnd(widths[0] ?? 0), credential.username.padEnd(widths[1] ?? 0)];
    printer.say(`  ${[...cells, `from ${from}`, ...(action === undefined ? [] : [action])].join('  ')}`);
  }
  for (const server of change?.removed ?? []) printer.say(`  ${displayServer(server)}  removed`);
}

/** Entries that were there before and keep pods from all their pull secrets. */
async function sayUndecodable(applied: Applied, printer: Printer): Promise<void> {
  if (applied.action === 'created' || applied.change.undecodable.length === 0) return;
  const [{ diagnoseSecret }, { formatFinding }, { fixFor }] = await Promise.all([
    import('../domain/findings/diagnosed-secret.ts'),
    import('../domain/findings/messages.ts'),
    import('../domain/findings/fixes.ts'),
  ]);
  for (const found of diagnoseSecret(applied.secret, Date.now()).findings) {
    if (found.code !== 'unreadable-entry') continue;
    printer.warn(formatFinding(found));
    printer.hint(fixFor(found));
  }
}
