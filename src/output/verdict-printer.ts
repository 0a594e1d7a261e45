/** Prints the result of `verify`, and has the words for what a registry says about a login. */

import { UserError } from '../errors.ts';
import type { DiagnosedSecret } from '../findings/diagnosed-secret.ts';
import { fixFor, formatFinding } from '../findings/finding.ts';
import { formatMore, listed } from '../findings/listed.ts';
import { type Command, words } from '../line/command.ts';
import { lineOf } from '../line/deed.ts';
import { againWith, type Hint, prose } from '../line/hint.ts';
import { displayServer, type ShownServer } from '../secret/display-server.ts';
import { registryOf, serverWord } from '../secret/server.ts';
import type { Io } from '../system/io.ts';
import { loginAdvice } from '../verify/known-registries.ts';
import { describeTags } from '../verify/near-tags.ts';
import { describeRefusal, type Verdict } from '../verify/verdict.ts';
import type { Printer } from './printer.ts';
import { writeStructured } from './structured.ts';
import { formatTable } from './table.ts';

/** One item of the JSON of `verify`. */
export interface VerifiedRow {
  /** The Secret as `namespace/name` or `name`, or where a login of this machine comes from. Empty for a pull without a login. */
  readonly source: string;
  /** Left out for a pull without a credential. */
  readonly server?: ShownServer | undefined;
  readonly username?: string | undefined;
  readonly image?: string | undefined;
  readonly verdict: Verdict;
}

export interface VerdictOptions {
  readonly output?: 'wide' | 'json' | 'yaml' | undefined;
  /** The Secrets that cannot be changed, as `source` names them. */
  readonly immutable?: ReadonlySet<string>;
  /** How a rejected login is corrected. When left out, it is corrected in its Secret. */
  readonly correct?: ((server: string) => Hint) | undefined;
  /** Whether these are logins of this machine. */
  readonly isOwn?: boolean;
  /** Whether a node can be asked with them instead. */
  readonly mayAskNode?: boolean;
}

/** Reports what makes a Secret useless to the kubelet, whatever registries say. Returns false when there is such a problem. */
export function sayFindings(secrets: readonly DiagnosedSecret[], correct: Hint | undefined, printer: Printer): boolean {
  const findings = secrets.flatMap((secret) => listed(secret.findings, ({ code }) => code));
  for (const finding of findings) {
    const { severity, more } = finding;
    const details = more === undefined ? [] : [formatMore(more)];
    if (severity === 'error') printer.error(new UserError(formatFinding(finding), correct ?? fixFor(finding), details));
    else for (const text of [formatFinding(finding), ...details]) printer.warn(text);
  }
  return findings.every(({ severity }) => severity !== 'error');
}

/** Prints a table in the order in which the kubelet would try the logins, and a sentence for each that is not accepted. */
export async function printVerdicts(
  rows: readonly VerifiedRow[],
  { output, immutable = new Set(), correct, isOwn = false, mayAskNode = false }: VerdictOptions,
  io: Io,
  printer: Printer,
): Promise<void> {
  if (output === 'json' || output === 'yaml') return writeStructured({ items: rows }, output, io);
  const columns = ['IMAGE', 'SECRET', 'SERVER', 'USER', 'RESULT'] as const;
  const cells = rows.map((row) => ({
    IMAGE: row.image ?? '',
    SECRET: row.source,
    SERVER: nameOf(row),
    USER: row.username || '-',
    RESULT: row.verdict.kind,
  }));
  const several = !isOwn && new Set(rows.map(({ source }) => source)).size > 1;
  const shown = columns.filter((column) => (column === 'SECRET' ? several : cells.some((row) => row[column] !== '')));
  const table = cells.map((row) => shown.map((column) => row[column]));
  io.stdout.write(formatTable(shown, table, io.stdout, output === 'wide'));
  const found = rows.map((row) => (mayAskNode && nodeHint(row)) || hintFor(row, immutable.has(row.source), correct));
  const hints =
    correct === undefined && found.some((hint) => hint !== undefined) ? await withUsers(found, rows, io) : found;
  for (const [index, row] of rows.entries()) {
    say(row, several ? `${row.source}: ` : '', printer);
    const hint = hints[index];
    // Several logins may be corrected in one file. Its hint is printed once, after the last of them.
    if (hint !== undefined && hints.lastIndexOf(hint) === index) printer.hint(hint);
  }
}

/** Adds the users of logins that this machine does not have. */
async function withUsers(
  hints: readonly (Hint | undefined)[],
  rows: readonly VerifiedRow[],
  io: Io,
): Promise<(Hint | undefined)[]> {
  const { userNamer } = await import('../credentials/known-logins.ts');
  const named = await userNamer(io);
  return hints.map((hint, index) =>
    hint !== undefined && 'words' in hint ? named(hint, rows[index]?.username) : hint,
  );
}

function say(row: VerifiedRow, of: string, printer: Printer): void {
  const { verdict, image, username = '' } = row;
  if (verdict.kind === 'accepted' && !verdict.public) return;
  const registry = registryIn(row);
  const sentence =
    row.server === undefined && image !== undefined
      ? `no entry matches ${image}: it is pulled without a login, and its registry ${describeNobody(verdict)}`
      : `${displayServer(registry)} ${describeVerdict(verdict)}`;
  printer.say(of + sentence);
  const advice = verdict.kind === 'rejected' ? loginAdvice(registryOf(registry) ?? '', username) : undefined;
  if (advice !== undefined) printer.say(advice);
}

function registryIn({ server, image }: VerifiedRow): string {
  return server ?? registryOf(image ?? '') ?? '';
}

/** Words for a pull that gets no credential from any entry. */
function describeNobody(verdict: Verdict): string {
  if (verdict.kind !== 'anonymous' || verdict.status !== undefined) return describeVerdict(verdict);
  return verdict.result === 'pulls' ? 'lets everyone pull it' : 'refuses that';
}

function hintFor(row: VerifiedRow, isImmutable: boolean, correct: VerdictOptions['correct']): Hint | undefined {
  const { verdict, source } = row;
  const server = registryIn(row);
  switch (verdict.kind) {
    case 'rejected':
      if (correct !== undefined) return correct(server);
      return createLine(source, server, isImmutable);
    default:
      return reachHint(verdict, server);
  }
}

/** Asks a node where this machine has no way to the registry. One object, so that it is printed once. */
function nodeHint({ verdict }: VerifiedRow): Hint | undefined {
  if (verdict.kind !== 'unreachable') return undefined;
  return /unknown authority|speaks http/.test(verdict.reason) ? undefined : ON_NODE;
}

const ON_NODE: Hint = { add: words`--on-node`, drop: ['--timeout'] };

/** How the registry of `server` can be reached; undefined when it was reached, or nothing is known. */
export function reachHint(verdict: Verdict, server: string): Hint | undefined {
  if (verdict.kind !== 'unreachable') return undefined;
  if (verdict.reason.includes('unknown authority')) return againWith(words`--registry-ca FILE`);
  if (verdict.reason.includes('speaks http'))
    return prose`also send the login over http with ${words`--plain-http ${registryOf(server) ?? 'REGISTRY'}`}`;
  return verdict.cause === 'timeout' ? prose`allow more with --timeout 60s` : undefined;
}

/** `source` is `namespace/name`, or a name. */
function createLine(source: string, server: string, isImmutable: boolean): Command {
  const [secret = '', namespace] = source.split('/').reverse();
  const flags = isImmutable ? ['--force'] : [];
  return lineOf({ do: 'create', secret, namespace, servers: [serverWord(server)], flags });
}

function nameOf({ server }: VerifiedRow): string {
  return server === undefined ? '(no login)' : displayServer(server);
}

/** `verdict` in words that follow the name of the registry. */
export function describeVerdict(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'accepted':
      return verdict.public ? 'accepts the login, and lets everyone pull the image' : 'accepts the login';
    case 'rejected':
      return `rejects the login (HTTP ${verdict.status})${verdict.public ? ', but lets everyone pull the image' : ''}`;
    case 'no access':
      return `knows the login, but does not let it pull ${verdict.repository}, or has no such repository (HTTP ${verdict.status})`;
    case 'not found':
      return notFound(verdict);
    case 'anonymous':
      return anonymous(verdict);
    case 'rate limited':
      return verdict.retryAfterSeconds === undefined
        ? 'limits the rate of requests; try again later'
        : `limits the rate of requests; try again in ${duration(verdict.retryAfterSeconds)}`;
    case 'unreachable':
      return `cannot be checked: ${verdict.reason}`;
    case 'not asked':
      return `was not checked: ${verdict.reason}`;
  }
}

function notFound({ repository, missing, tags }: Extract<Verdict, { kind: 'not found' }>): string {
  if (missing === 'repository') return `has no repository ${repository}`;
  return missing === 'tag'
    ? `has the repository ${repository}, but not this tag or digest${tags === undefined ? '' : `; ${describeTags(tags)}`}`
    : `has no such image in ${repository}`;
}

const WITHOUT = { pulls: '; the image can be pulled without one', fails: '; without one it refuses' } as const;

function anonymous({ why, result, status }: Extract<Verdict, { kind: 'anonymous' }>): string {
  if (status !== undefined) return describeRefusal(`HTTP ${status}`);
  const without = result === undefined ? '' : WITHOUT[result];
  switch (why) {
    case 'asks for none':
      return `asks for no login, so it could not be checked${without}`;
    case 'empty':
      return `gets no login, because the entry has none${without}`;
    case 'same answer':
      return `answers the same without the login, so it could not be checked${without}`;
  }
}

function duration(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
