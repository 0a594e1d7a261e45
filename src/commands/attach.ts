/** `regsecret attach` and `regsecret detach`: a pull secret into the lists that name it, or out of them. */
import type { AttachRequest, NamedTarget, Selection } from '../cluster/attach/request.ts';
import type { KubeFlags } from '../cluster/flags.ts';
import { parseDuration } from '../domain/duration.ts';
import { isObjectName, proposeName } from '../domain/object-name.ts';
import { errorName } from '../domain/object-ref.ts';
import type { Verb } from '../domain/pull-list.ts';
import { objectName, parseTarget } from '../domain/target.ts';
import { EXIT, UsageError, UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { printerFor } from '../output/printer.ts';

export interface AttachOptions extends KubeFlags {
  readonly secret: string;
  readonly pod?: readonly string[];
  readonly serviceaccount?: readonly string[];
  readonly to?: readonly string[];
  readonly allServiceaccounts?: boolean;
  readonly used?: boolean;
  readonly selector?: string;
  readonly allNamespaces?: boolean;
  readonly recreate?: boolean;
  readonly restart?: boolean;
  readonly wait?: boolean;
  readonly timeout?: string;
  readonly checks?: boolean;
  readonly allowMissing?: boolean;
  readonly dryRun: 'none' | 'client' | 'server';
  readonly output?: 'name' | 'json';
  readonly fieldManager: string;
}

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
  const { connect } = await import('../cluster/transport.ts');
  const transport = await connect(options, io);
  try {
    const asked = await withTargets(request, transport, io);
    return await changeIn(transport, asked, options, io);
  } finally {
    transport.close();
  }
}

type Transport = Parameters<typeof import('../cluster/attach/attach.ts').changePullSecrets>[0];

async function changeIn(
  transport: Transport,
  request: AttachRequest,
  { output, dryRun, allNamespaces = false }: AttachOptions,
  io: Io,
): Promise<number> {
  const { changePullSecrets } = await import('../cluster/attach/attach.ts');
  const { commandFor } = await import('../cluster/attach/request.ts');
  const { attachPrinter } = await import('../output/attach-printer.ts');
  const printer = await printerFor(io);
  const { verb, secret } = request;
  const command = commandFor(request, transport.namespace);
  const report = attachPrinter({ verb, secret, output, dryRun, namespaces: allNamespaces, command }, printer, io);
  try {
    await changePullSecrets(transport, request, report);
  } catch (error) {
    report.flush();
    if (io.signal.aborted) {
      printer.warn(
        `interrupted: ${report.done} done, of which each is named above; what was under way may be done, too`,
      );
    }
    throw error;
  }
  report.flush();
  return report.problems > 0 ? EXIT.failed : EXIT.ok;
}

function requestOf(verb: Verb, options: AttachOptions, io: Io): AttachRequest {
  const { secret, timeout } = options;
  if (!isObjectName(secret)) {
    const proposal = proposeName(secret);
    throw new UsageError(
      `"${secret}" cannot be the name of a secret`,
      proposal === undefined ? `regsecret ${verb} --help` : `regsecret ${verb} ${proposal}`,
    );
  }
  const timeoutMs = timeout === undefined ? undefined : parseDuration(timeout);
  if (timeout !== undefined && (timeoutMs === undefined || timeoutMs < 0)) {
    throw new UsageError(`invalid --timeout "${timeout}"`, '--timeout takes seconds or units: 30, 30s, 2m, 1h');
  }
  return {
    verb,
    secret,
    ...targetsOf(options),
    allNamespaces: options.allNamespaces ?? false,
    recreate: options.recreate ?? false,
    folder: io.env.TMPDIR || undefined,
    checks: options.checks ?? true,
    allowMissing: options.allowMissing ?? false,
    restart: options.restart ?? false,
    wait: options.wait ?? false,
    timeoutMs,
    dryRun: options.dryRun,
    fieldManager: options.fieldManager,
    signal: io.signal,
  };
}

function targetsOf(options: AttachOptions): Pick<AttachRequest, 'targets' | 'selections'> {
  const { pod = [], serviceaccount = [], to = [], selector } = options;
  const targets: NamedTarget[] = [
    ...pod.map((name) => ({ kind: 'Pod' as const, name: objectName(name, 'Pod') })),
    ...serviceaccount.map((name) => ({ kind: 'ServiceAccount' as const, name: objectName(name, 'ServiceAccount') })),
  ];
  const selections: Selection[] = [];
  for (const { kind, name } of to.map(parseTarget)) {
    if (name !== undefined) targets.push({ kind, name });
    else if (selector !== undefined) selections.push({ by: 'kind', kind, labelSelector: selector });
    else
      throw new UsageError(
        `--to ${kind.toLowerCase()} names no ${kind.toLowerCase()}`,
        `--to ${kind.toLowerCase()}/NAME, or -l to pick by labels`,
      );
  }
  if (options.allServiceaccounts) selections.push({ by: 'kind', kind: 'ServiceAccount', labelSelector: selector });
  if (options.used) selections.push({ by: 'use' });
  if (selector !== undefined && !selections.some((selection) => selection.by === 'kind')) {
    throw new UsageError(
      '-l picks nothing without a kind',
      '--to deployment -l app=web, or --all-serviceaccounts -l team=a',
    );
  }
  if (options.allNamespaces && (selections.length === 0 || targets.length > 0)) {
    throw new UsageError('-A goes with what is picked, not with names', '--all-serviceaccounts -A, or --used -A');
  }
  return { targets, selections };
}

/** The request with what the person chooses and agrees to, on a terminal. Throws UsageError elsewhere. */
async function withTargets(request: AttachRequest, transport: Transport, io: Io): Promise<AttachRequest> {
  const { canPrompt, promptChoice, promptYes } = await import('../credentials/prompt.ts');
  const { verb, secret } = request;
  if (!canPrompt(io)) {
    if (request.targets.length + request.selections.length > 0) return request;
    const preposition = verb === 'attach' ? 'to' : 'from';
    throw new UsageError(
      `nothing to ${verb} ${secret} ${preposition}`,
      `regsecret ${verb} ${secret} --serviceaccount default`,
    );
  }
  const confirm: AttachRequest['confirm'] = (pod, losses) => {
    const price = losses.length === 0 ? '' : ` It loses ${losses.join(', and ')}.`;
    return promptYes(`The list of ${errorName(pod)} cannot be changed. Delete it and create it again?${price}`, io);
  };
  if (request.targets.length + request.selections.length > 0) return { ...request, confirm };
  const { listChoices } = await import('../cluster/attach/choices.ts');
  const choices = await listChoices(transport, request);
  if (choices.length === 0) {
    const text = verb === 'attach' ? 'already names' : 'names';
    throw new UserError(
      verb === 'attach'
        ? `everything in namespace ${transport.namespace} ${text} ${secret}`
        : `nothing in namespace ${transport.namespace} ${text} ${secret}`,
      `kubectl get serviceaccounts -n ${transport.namespace}`,
    );
  }
  const message = verb === 'attach' ? `Attach ${secret} to` : `Detach ${secret} from`;
  const targets = await promptChoice(
    message,
    choices.map(({ label, target }) => ({ name: label, value: target })),
    io,
  );
  return { ...request, targets, confirm };
}
