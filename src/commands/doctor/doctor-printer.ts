/**
 * Prints the report of `doctor`. For people, the verdict, the cause and the command come first, and the steps follow with `-v`.
 */
import { loginLack } from '../../credentials/known-logins.ts';
import { isRejection } from '../../diagnosis/present-image.ts';
import { findingKey } from '../../diagnosis/puller-report.ts';
import type { DoctorReport, SecretReport } from '../../diagnosis/report.ts';
import type { FindingView, ImageView, PullerView } from '../../diagnosis/view.ts';
import { isKubelets, isPickedUp } from '../../findings/finding.ts';
import { formatMore } from '../../findings/listed.ts';
import { formatRestart } from '../../findings/node-restart.ts';
import { ALL_NAMESPACES, type Command, command, stepsIn, words } from '../../line/command.ts';
import { prose } from '../../line/hint.ts';
import { hintText, printerFor } from '../../output/printer.ts';
import { type Style, severityLabel, styleFor } from '../../output/style.ts';
import { describeVerdict } from '../../output/verdict-printer.ts';
import { describeOrigin } from '../../secret/copy.ts';
import { displayServer } from '../../secret/display-server.ts';
import { shortType } from '../../secret/secret.ts';
import { loginCommand } from '../../secret/server.ts';
import type { Io } from '../../system/io.ts';
import { many, nounFor } from '../../text/enumerate.ts';
import { type Printable, printable, printableSentence, printed } from '../../text/printable.ts';
import { targetName } from '../../workloads/object-ref.ts';
import { PULL_ERROR_TEXTS } from '../../workloads/pull-error.ts';
import { formatUsage } from '../../workloads/references.ts';
import { formatAffected } from './affected-objects.ts';
import type { DoctorLine } from './doctor-line.ts';
import { loginLines, proposedLines, SECRET_STATES, stepsOf } from './doctor-steps.ts';
import type { Grouping } from './report-sections.ts';
import { type ReportFormat, writeReport } from './report-writer.ts';
import { scopeLines } from './scope-printer.ts';

interface DoctorPrinterOptions {
  readonly output: ReportFormat | undefined;
  readonly verbose: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The URL of the API server. */
  readonly server?: string | undefined;
  readonly groupBy?: Grouping | undefined;
  /** Whether findings are only counted. */
  readonly summary?: boolean | undefined;
}

export async function printDoctor(report: DoctorReport, options: DoctorPrinterOptions, io: Io): Promise<void> {
  if (options.output !== undefined) return writeReport(report, options.output, io, options);
  const style = await styleFor(io.stdout, io);
  const line = (text: Printable): void => io.stdout.write(printed`${text}\n`);
  const { counts } = report;
  if (counts !== undefined) for (const text of await scopeLines({ ...report, counts }, options, io)) line(text);
  const pullers = report.pullers ?? [];
  const lacksLogin = pullers.length === 0 ? () => false : await loginLack(io);
  for (const [index, puller] of pullers.entries()) {
    if (index > 0) line(printed``);
    for (const text of pullerLines(puller, pullers.slice(0, index), { ...options, style, io, lacksLogin })) line(text);
    if (options.verbose) for (const text of stepsOf(puller, options.now)) line(printableSentence(text));
  }
  if (mayStartWithoutPull(pullers)) line(style.faint('a node that already has the image may start it without a pull'));
  for (const secret of report.secrets ?? []) for (const text of secretLines(secret)) line(printableSentence(text));
  if (counts === undefined) for (const text of noteLines(report, options.verbose, style, io)) line(text);
  const unexplained = report.findings.some(({ code }) => code === 'unexplained' || code === 'unseen-credential');
  const isFine = counts !== undefined && report.findings.length === 0;
  if (unexplained || isFine || options.verbose) line(printable(`not checked from here: ${report.unseen.join(', ')}`));
}

interface DoctorStyle {
  readonly verbose: boolean;
  readonly style: Style;
  readonly io: Io;
  /** Whether this machine has no login for a server. */
  readonly lacksLogin: (server: string) => boolean;
}

/** Prints the images with problems first. A problem that was explained for an object in `before` is not explained again. */
function pullerLines(puller: PullerView, before: readonly PullerView[], look: DoctorStyle): Printable[] {
  const { style } = look;
  const state = formatState(puller) ?? formatAccount(puller);
  const images = puller.images.toSorted((one, other) => rank(one) - rank(other));
  const linesOf = (image: ImageView): Printable[] =>
    before.some((one) => one.images.some((other) => isSameTrouble(image, other)))
      ? [
          (image.cause?.severity === 'warning' ? style.warning : style.error)(
            `${formatProspect(puller, image)}, for the same reason`,
          ),
        ]
      : imageLines(puller, image, look);
  const shown = puller.state === 'done' ? [] : images.flatMap(linesOf);
  const trouble = formatTrouble(puller);
  const other = trouble === undefined ? [] : [printableSentence(trouble)];
  // When the controller reports the same problem, its words come first.
  const lines = puller.images.some(({ cause }) => isRejection(cause)) ? [...other, ...shown] : [...shown, ...other];
  return [...(state === undefined ? [] : [printableSentence(state)]), ...lines];
}

function rank({ cause, outcome }: ImageView): number {
  return cause?.severity === 'error' ? 0 : outcome === 'will pull' ? 2 : 1;
}

/**
 * Whether an image of a workload and one of its pod have the same problem, and the command for `other` helps both: it may also
 * delete the pod.
 */
function isSameTrouble(one: ImageView, other: ImageView): boolean {
  const trouble = ({ image, outcome, cause }: ImageView): string =>
    JSON.stringify([image, outcome, cause?.code, cause?.severity, cause?.fix.sufficient]);
  const steps = ({ cause }: ImageView): string[] =>
    cause === undefined ? [] : stepsIn(cause.fix.command).map((step) => JSON.stringify(step));
  const done = steps(other);
  const isSame = trouble(one) === trouble(other) && steps(one).every((step) => done.includes(step));
  return one.outcome === 'will not pull' && one.kubelet?.agrees !== false && isSame;
}

/** Whether no pod can be made with this image, or none can start whatever its node has. */
function neverStarts({ cause }: ImageView): boolean {
  return cause?.code === 'invalid-image' || isRejection(cause);
}

/** Whether it is only known that a pull would fail: no node has tried, and a node that has the image may not have to pull. */
function mayStartWithoutPull(pullers: readonly PullerView[]): boolean {
  const images = pullers.flatMap((puller) => puller.images);
  if (images.some(({ state }) => state === 'missing')) return false;
  return images.some(
    (image) =>
      image.outcome === 'will not pull' &&
      image.state !== 'there' &&
      image.policy !== 'Always' &&
      image.cause !== undefined &&
      !neverStarts(image),
  );
}

const THEN = printed`  then:  wait for the next attempt of the kubelet, within 5 minutes`;

function imageLines(puller: PullerView, image: ImageView, look: DoctorStyle): Printable[] {
  const { verbose, style, io } = look;
  const { cause, kubelet } = image;
  const sentence = formatProspect(puller, image);
  // With `-v`, the steps show the logins.
  const logins = [...(verbose ? [] : loginLines(image)), ...proposedLines(image)].map(printableSentence);
  if (cause === undefined) return [printableSentence(sentence), ...logins];
  const paint = cause.severity === 'error' ? style.error : style.warning;
  const { command, sufficient } = cause.fix;
  const said = kubelet === undefined || cause.code === 'unexplained' ? [] : [kubeletLine(kubelet, cause)];
  const { kind, name } = cause.object;
  const copyOf = kind === 'Secret' ? puller.secrets.find((secret) => secret.name === name)?.copyOf : undefined;
  return [
    paint(sentence),
    ...logins,
    printed`  cause: ${printableSentence(cause.message)} ${style.faint(`[${cause.code}]`)}`,
    ...(copyOf === undefined
      ? []
      : [printed`  where: secret ${printableSentence(name)} is a ${printable(describeOrigin(copyOf))}`]),
    // For an image that only the command line names, there is nothing to change.
    ...(command.words.length === 0
      ? []
      : [printed`  ${printable(sufficient ? 'fix:  ' : 'next: ')} ${hintText(command, io)}`]),
    ...loginFirst(command, look),
    ...(kubelet !== undefined && sufficient && isPickedUp(command) ? [THEN] : []),
    ...said.map((text) => printed`  ${style.faint(text)}`),
  ];
}

/** How `command` finds the login that this machine lacks. */
function loginFirst(command: Command, { lacksLogin, io }: DoctorStyle): Printable[] {
  const creations = stepsIn(command).flatMap(({ does }) => (does?.do === 'create' && !does.passwordStdin ? does : []));
  const lacking = creations.flatMap(({ servers }) => servers).filter(lacksLogin);
  const { username } = creations.find((one) => one.username !== undefined) ?? {};
  const line = username === undefined ? 'the same line' : `the same line without --username ${username}`;
  return lacking
    .slice(0, 1)
    .map((server) => printed`  or:    ${hintText(loginCommand(server), io)}, then ${printable(line)}`);
}

function kubeletLine(
  { reason, error: pullError, agrees, outdated }: NonNullable<ImageView['kubelet']>,
  cause: FindingView,
): string {
  const text = `${PULL_ERROR_TEXTS[pullError]}${reason.includes(' ') ? '' : ` (${reason})`}`;
  if (cause.code === 'retry-pending') return `seen:  the kubelet reported at its last attempt: ${text}`;
  if (outdated) return `seen:  the kubelet reported before the Secret was changed: ${text}`;
  // Where the cause comes from this error, the error confirms nothing.
  if (isKubelets(cause)) return `seen:  the kubelet reports: ${text}`;
  return agrees
    ? `seen:  the kubelet also reports: ${text}`
    : `seen:  the last attempt of the kubelet failed for another reason: ${text}`;
}

/** The Secret, the objects that use it, and what registries say about each login. */
function secretLines({ name, state, type = '', entries = [], moreEntries, copyOf, usedBy }: SecretReport): string[] {
  const users = usedBy === undefined ? [] : formatUsage(usedBy);
  const used = users.length === 0 ? '' : `, used by ${many(users)}`;
  if (state !== 'there') return [`secret/${name} ${SECRET_STATES[state]}${used}`];
  return [
    `secret/${name} (${shortType(type)})${copyOf === undefined ? '' : `, ${describeOrigin(copyOf)}`}${used}`,
    ...entries.map(({ server, username = 'no user', verdict }) => {
      const answer = verdict === undefined ? '' : `: its registry ${describeVerdict(verdict)}`;
      return `  ${displayServer(server)} (${username})${answer}`;
    }),
    ...(moreEntries === undefined ? [] : [`  and ${moreEntries} more`]),
  ];
}

/** The findings that are not the cause of anything above. */
function noteLines(report: DoctorReport, verbose: boolean, style: Style, io: Io): Printable[] {
  const causes = new Set((report.pullers ?? []).flatMap(({ images }) => images.map(({ cause }) => findingKey(cause))));
  const notes = report.findings.filter((found) => !causes.has(findingKey(found)));
  const shown = new Map<string, number>();
  const lines = notes.flatMap((found) => {
    // The count is for each namespace, so that findings of one do not hide those of another.
    const kind = kindOf(found);
    const count = (shown.get(kind) ?? 0) + 1;
    shown.set(kind, count);
    return verbose || count <= OF_A_KIND ? noteLine(found, style, io) : [];
  });
  const rest = verbose ? [] : [...shown].filter(([, count]) => count > OF_A_KIND);
  return [
    ...lines,
    ...rest.map(([kind, count]) => printable(`and ${count - OF_A_KIND} more of ${kind} (-v shows them)`)),
  ];
}

function kindOf({ severity, code, object: { namespace } }: FindingView): string {
  return `${severity} ${code}${namespace === undefined ? '' : ` in ${namespace}`}`;
}

/** How many findings of a kind are shown for each namespace, which may have thousands of Secrets that nobody uses. */
const OF_A_KIND = 10;

function noteLine(found: FindingView, style: Style, io: Io): Printable[] {
  const { severity, code, message, fix, more } = found;
  const affected = formatAffected(found);
  return [
    printed`${severityLabel(severity, style)} ${printableSentence(message)} ${style.faint(`[${code}]`)}`,
    ...(affected === undefined ? [] : [printed`  ${style.faint(affected)}`]),
    ...(fix.command.words.length === 0 ? [] : [printed`${style.faint('hint:')} ${hintText(fix.command, io)}`]),
    ...(more === undefined ? [] : [style.faint(formatMore(more))]),
  ];
}

/** `image` is one of `puller`. */
function formatProspect(puller: PullerView, image: ImageView): string {
  const { image: name, outcome, state, policy, restart } = image;
  const who = whoOf(puller);
  switch (outcome) {
    case 'will pull':
      if (state === 'there')
        return policy === 'Never' ? `${who} has ${name}` : `${who} already has ${name}, and could pull it again`;
      return state === 'missing'
        ? `${who} could not pull ${name}, but will at its next attempt`
        : `${who} can pull ${name}`;
    case 'will not pull':
      if (isRejection(image.cause)) return `${who} is rejected before it can pull ${name}`;
      // A container that restarts on this node need not pull the image, unless its policy is Always.
      if (state === 'there')
        return `${who} has ${name}, but could not pull it again${restart ? formatRestart(restart) : policy === 'Always' ? '' : ' on another node'}`;
      return `${who} cannot pull ${name}`;
    case 'cannot know':
      if (state === 'there') return `${who} has ${name}`;
      if (policy === 'Never')
        return `${who} does not pull ${name}: its imagePullPolicy is Never, so it starts only on a node that has the image`;
      return state === 'missing' ? `${who} could not pull ${name}` : `cannot tell whether ${who} can pull ${name}`;
  }
}

/** Undefined for an object in an ordinary state. */
function formatState({ object, state, node = '' }: PullerView): string | undefined {
  if (state === undefined) return undefined;
  const name = targetName(object);
  switch (state) {
    case 'done':
      return `${name} has finished, so it pulls no more images`;
    case 'terminating':
      return `${name} is being deleted`;
    case 'unscheduled':
      return `${name} is not on a node yet, so no image has been pulled for it`;
    case 'node gone':
      return `node ${node}, which ${name} is on, no longer exists, so nothing is pulled for it`;
  }
}

function formatTrouble({ object, trouble }: PullerView): string | undefined {
  const what = object.kind === 'Pod' ? 'is not ready, and its' : 'cannot create pods, and their';
  return trouble && `${targetName(object)} ${what} images are not the reason: ${trouble}`;
}

function whoOf({ object, count, list }: PullerView): string {
  const name = targetName(object);
  if (object.kind === 'Pod') return count > 1 ? `${name} and ${count - 1} like it` : name;
  // The list has the Secrets that were typed.
  if (object.kind === 'ServiceAccount' && list.from === 'own')
    return `a new pod with ${nounFor(list.names.length, 'secret')} ${many(list.names)}`;
  return object.kind === 'ServiceAccount' ? `a new pod with ${name}` : `a new pod of ${name}`;
}

/** What a new pod pulls with when no image was named; undefined for anything but a service account. */
function formatAccount({ object, images, list: { names, from } }: PullerView): string | undefined {
  if (object.kind !== 'ServiceAccount' || images.length > 0) return undefined;
  const name = `a new pod with ${targetName(object)}`;
  if (from === 'not known') return `you have no permission to see what ${name} pulls with`;
  if (names.length === 0) return `${name} gets no pull secret, and can pull only public images`;
  return `${name} pulls with ${names.join(', ')}`;
}

/** Tells the user what the report cannot: what was not read or judged, and how to see more. */
export async function sayMore(report: DoctorReport, options: DoctorLine, io: Io): Promise<void> {
  const { verbose, offline } = options;
  const printer = await printerFor(io);
  if (report.unchecked.length > 0) printer.warn(`not read, no permission to ${report.unchecked.join(', ')}`);
  // Kinds that may not be listed have just been named.
  const unjudged = (report.unjudged ?? []).filter((one) => !report.unchecked.includes(`list ${one.split(' ', 1)[0]}`));
  if (unjudged.length > 0) printer.warn(`not checked: ${many(unjudged)}`);
  const { ending = [] } = report;
  if (ending.length > 0) {
    const are = ending.length === 1 ? 'is' : 'are';
    printer.warn(
      `${nounFor(ending.length, 'namespace')} ${many(ending)} ${are} being deleted, so nothing can be created there`,
    );
  }
  if (offline === true) printer.say('registries were not checked (--offline)');
  const { counts } = report;
  const isWhole = report.unchecked.every((right) => !right.startsWith('list '));
  if (isWhole && counts !== undefined && counts.pods + counts.workloads === 0) {
    const { selector } = options;
    const isAll = options.allNamespaces === true && selector === undefined;
    const one = selector === undefined ? 'this namespace' : 'these namespaces';
    const none = counts.secrets === 0 ? 'pods, workloads or pull secrets' : 'pods or workloads';
    printer.say(`no ${none} in ${isAll ? 'any namespace' : one}`);
    if (!isAll) printer.hint(command`regsecret doctor ${ALL_NAMESPACES}`);
  }
  if (report.healthy === false && verbose !== true && counts === undefined) {
    printer.hint({ add: words`-v`, drop: ['-o'] });
  }
  // The impersonated user, with whose rights a pipeline is examined, may lack the right to make the change.
  if (report.healthy === false && options.as)
    printer.hint(prose`leave --as out of a command that ${options.as} has no permission for`);
}
