/** `regsecret attach` and `regsecret detach`: put a pull secret into lists, or take it out of them. */

import { type AttachOptions, hasTargets, requestOf } from '../../attaching/attach-options.ts';
import { type AttachRequest, targetWords } from '../../attaching/request.ts';
import type { Transport } from '../../cluster/transport.ts';
import { EXIT, UsageError, UserError } from '../../errors.ts';
import { ALL_NAMESPACES, type Command, command, words } from '../../line/command.ts';
import { againWith, prose } from '../../line/hint.ts';
import { isNamespaceName, scope } from '../../line/object-name.ts';
import type { ChangedFile, ManifestRequest } from '../../manifests/change.ts';
import type { ManifestLoss } from '../../manifests/losses.ts';
import { type Printer, printerFor } from '../../output/printer.ts';
import type { Secret } from '../../secret/secret.ts';
import type { Io } from '../../system/io.ts';
import { many } from '../../text/enumerate.ts';
import type { Verb } from '../../workloads/list-change.ts';
import { resultName } from '../../workloads/object-ref.ts';

/** Returns the exit code; throws UserError. */
export function attach(options: AttachOptions, io: Io): Promise<number> {
  return change('attach', options, io);
}

/** Returns the exit code; throws UserError. */
export function detach(options: AttachOptions, io: Io): Promise<number> {
  return change('detach', options, io);
}

async function change(verb: Verb, options: AttachOptions, io: Io): Promise<number> {
  const request = requestOf(verb, options, io);
  const files = options.filename ?? [];
  if (files.length > 0) {
    await changeFiles(request, files, options, io);
    return EXIT.ok;
  }
  const { canPrompt } = await import('../../system/prompt.ts');
  if (!hasTargets(request) && !canPrompt(io)) {
    // The service account of that name is more likely meant than a Secret.
    const where = prose`use ${verb === 'attach' ? words`--to KIND/NAME` : words`--from KIND/NAME`} or ${words`--serviceaccount NAME`}`;
    throw new UsageError(
      `nothing to ${verb} ${request.secret} ${verb === 'attach' ? 'to' : 'from'}`,
      request.secret === 'default' ? where : againWith(words`--serviceaccount default`),
    );
  }
  return inCluster(options, io, async (transport) => {
    const chosen = await withTargets(request, transport, io);
    return changeIn(transport, chosen, { ...options, isChosen: !hasTargets(request) }, io);
  });
}

async function inCluster<T>(options: AttachOptions, io: Io, work: (transport: Transport) => Promise<T>): Promise<T> {
  const { connect } = await import('../../cluster/transport.ts');
  const transport = await connect(options, io);
  try {
    return await work(transport);
  } finally {
    transport.close();
  }
}

async function changeIn(
  transport: Transport,
  request: AttachRequest,
  { output, dryRun, allNamespaces = false, as, isChosen }: AttachOptions & { readonly isChosen: boolean },
  io: Io,
): Promise<number> {
  const [{ changePullSecrets }, { withRegistries }, { withAttachPrinter }, printer] = await Promise.all([
    import('../../attaching/change-lists.ts'),
    import('../../gather/other-logins.ts'),
    import('../../attaching/attach-printer.ts'),
    printerFor(io),
  ]);
  const { verb, secret } = request;
  // Targets that were chosen at the prompt are not in the typed line.
  const restart = { add: words`${isChosen ? targetWords(request) : undefined} --restart` };
  const shown = { verb, secret, output, dryRun, wait: request.wait, namespaces: allNamespaces, restart, as };
  return withAttachPrinter(shown, printer, io, (report) =>
    withRegistries(transport.server, io, async (findRefused) => {
      if (hasTargets(request)) await changePullSecrets(transport, { ...request, findRefused }, report);
    }),
  );
}

/** Changes manifests, without a cluster unless the Secret has to come from there. Throws UserError. */
async function changeFiles(
  { verb, secret }: AttachRequest,
  files: readonly string[],
  options: AttachOptions,
  io: Io,
): Promise<void> {
  const { changeManifests, isBlank, joinManifests, writeManifests } = await import('../../manifests/change.ts');
  const { printManifests } = await import('./manifest-printer.ts');
  const opens = options.auto ? await secretFor(secret, options, io) : undefined;
  const { recursive = false, namespace } = options;
  const request = { verb, secret, files, recursive, namespace, opens };
  const changed = await changeManifests(request, io);
  if (changed.every(({ before }) => isBlank(before))) throw noObject(changed[0]);
  const printer = await printerFor(io);
  const losses =
    verb === 'detach' && options.checks !== false ? await lossesFrom(changed, request, { io, printer }) : [];
  const isPiped = !io.stdout.isTTY;
  const shown = { ...options, isPiped, losses, check: checkFor(changed, request, options) };
  if (!options.write) {
    io.stdout.writeManifest(joinManifests(changed));
    return printManifests(changed, shown, printer);
  }
  if (losses.length > 0 && !options.yes) await agreeToLosses(losses, options, io);
  if (options.dryRun !== 'none') return printManifests(changed, shown, printer);
  const done: typeof changed = [];
  try {
    await writeManifests(changed, request, io, { done: (file) => done.push(file), warn: printer.warn });
  } finally {
    // Printed even when a file cannot be written, because the others are changed.
    printManifests(done, done.length < changed.length ? { ...shown, check: undefined } : shown, printer);
  }
}

/** The command that shows whether the Secret exists; undefined when that is known, or should not be checked. */
function checkFor(
  files: readonly ChangedFile[],
  { verb, secret, opens, namespace: typed = '' }: ManifestRequest,
  { checks = true, allowMissing = false }: AttachOptions,
): Command | undefined {
  if (verb === 'detach' || opens !== undefined || !checks || allowMissing) return undefined;
  const patched = files.flatMap(({ objects }) => objects.filter(({ action }) => action === 'patched'));
  if (patched.length === 0 || files.some(({ hasSecret }) => hasSecret)) return undefined;
  const [namespace = '', ...others] = new Set(patched.map(({ ref }) => ref.namespace || typed));
  const isKnown = others.length === 0 && (namespace === '' || isNamespaceName(namespace));
  return isKnown
    ? command`regsecret inspect ${secret} ${scope(namespace)}`
    : command`regsecret list ${secret} ${ALL_NAMESPACES}`;
}

/** The error for named manifests that hold no object, because a success that changes nothing helps nobody. */
function noObject({ name, before }: Pick<ChangedFile, 'name' | 'before'> = { name: '-', before: '' }): UserError {
  const shown = name === '-' ? 'stdin' : name;
  if (before.trim() !== '') {
    return new UserError(`${shown} holds no Kubernetes object`, prose`check where ${shown} comes from`);
  }
  const write = againWith(words`--write`);
  return new UserError(
    `${shown} is empty`,
    prose`a shell empties the file behind > before a program reads it; to change a file in place: ${write}`,
  );
}

/** Warns about images that would be left without a login, as far as the files show it. */
async function lossesFrom(
  files: readonly ChangedFile[],
  { secret }: ManifestRequest,
  { io, printer }: { readonly io: Io; readonly printer: Printer },
): Promise<ManifestLoss[]> {
  const { lossesIn } = await import('../../manifests/losses.ts');
  const losses = lossesIn(files, secret, io.clock.now());
  for (const { ref, images } of losses)
    printer.warn(`in these files, ${resultName(ref)} has no login for ${many(images)} without ${secret}`);
  return losses;
}

/** Throws UserError when the user does not agree, or cannot be asked. A dry run on a terminal does not ask. */
async function agreeToLosses(losses: readonly ManifestLoss[], options: AttachOptions, io: Io): Promise<void> {
  const { secret, dryRun } = options;
  const { agreeTo, canPrompt } = await import('../../system/prompt.ts');
  if (canPrompt(io) && dryRun !== 'none') return;
  const users = many(losses.map(({ ref }) => resultName(ref)));
  const text = `${secret} is still needed by ${users}, so no file was changed`;
  await agreeTo(`Detach ${secret} anyway?`, io, new UserError(text, againWith(words`--yes`)));
}

/** The Secret from a file or the cluster, with warnings about its problems. Throws UserError when it opens no image. */
async function secretFor(name: string, options: AttachOptions, io: Io): Promise<Secret> {
  const [{ getSecret, checkedSecret }, { sayFinding }, printer] = await Promise.all([
    import('../../attaching/check-secret.ts'),
    import('../../changes/failure-printer.ts'),
    printerFor(io),
  ]);
  const read = async (): Promise<Secret> => {
    if (options.secretFile === undefined) {
      return inCluster(options, io, (transport) => getSecret(transport, { namespace: transport.namespace, name }));
    }
    const { readSecretFile } = await import('../../manifests/read-objects.ts');
    return readSecretFile(options.secretFile, { ...options, name }, io);
  };
  const given = await read();
  io.listen();
  const { secret, findings } = await checkedSecret(given, io);
  for (const found of findings) sayFinding(found, printer);
  return secret;
}

/** The request with what the user chooses and agrees to on a terminal. Throws UserError. */
async function withTargets(request: AttachRequest, transport: Transport, io: Io): Promise<AttachRequest> {
  const { agreeTo, canPrompt, promptChoice } = await import('../../system/prompt.ts');
  const { verb, secret } = request;
  if (!canPrompt(io)) return request;
  const agree: AttachRequest['agree'] = request.yes ? undefined : (question, refusal) => agreeTo(question, io, refusal);
  if (hasTargets(request)) return { ...request, agree };
  const { listChoices } = await import('./choices.ts');
  const choices = (await listChoices(transport, request)).map(({ label, target }) => ({ name: label, value: target }));
  if (choices.length === 0) {
    await sayNoChoice(request, transport.namespace, io);
    return request;
  }
  const title = verb === 'attach' ? `Attach ${secret} to` : `Detach ${secret} from`;
  return { ...request, targets: await promptChoice(title, choices, io), agree };
}

/** Says that every object to choose from has what was wanted. Any other object has to be named. */
async function sayNoChoice({ verb, secret }: AttachRequest, namespace: string, io: Io): Promise<void> {
  const printer = await printerFor(io);
  if (verb === 'detach') {
    return printer.say(
      `nothing to choose: no service account, workload or pod without a controller in namespace ${namespace} uses ${secret}`,
    );
  }
  printer.say(
    `nothing to choose: every service account in namespace ${namespace} uses ${secret}, and so does every workload with its own imagePullSecrets`,
  );
  printer.hint(prose`for another workload: ${command`regsecret attach ${secret} --to KIND/NAME`}`);
}
