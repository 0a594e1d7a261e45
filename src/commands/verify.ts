/** `regsecret verify`: whether registries accept the credentials of a Secret, and whether an image may be pulled. */
import type { KubeFlags } from '../cluster/config/kube-flags.ts';
import { forEachLimit, inPortions } from '../concurrency.ts';
import type { CredentialOptions } from '../credentials/credential-options.ts';
import { type DiagnosedSecret, diagnosisOf } from '../domain/findings/diagnosed-secret.ts';
import { fixFor } from '../domain/findings/fixes.ts';
import { formatMore, listed } from '../domain/findings/listed.ts';
import { formatFinding } from '../domain/findings/messages.ts';
import { displayServer } from '../domain/keyring/display-server.ts';
import { ImageReferenceError } from '../domain/keyring/image.ts';
import { KeyringError } from '../domain/keyring/keyring.ts';
import type { Secret } from '../domain/keyring/secret.ts';
import { buildPullSecret } from '../domain/pull-secret/build.ts';
import { command, pathWord, words } from '../domain/text/command.ts';
import { nameWord } from '../domain/text/object-name.ts';
import { imageQuestions, loginQuestions, type VerifyQuestion } from '../domain/verify/question.ts';
import { pullResult } from '../domain/verify/verdict.ts';
import { EXIT, UsageError, UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { type Printer, printerFor } from '../output/printer.ts';
import { withProgress } from '../output/progress.ts';
import { printVerdicts, type VerifiedRow } from '../output/verdict-printer.ts';
import { createRegistryClient, type RegistryFlags } from '../registry/registry-client.ts';

export interface VerifyOptions extends CredentialOptions, RegistryFlags, KubeFlags {
  readonly name?: string | undefined;
  readonly filename?: readonly string[] | undefined;
  readonly image?: readonly string[] | undefined;
  readonly output?: 'wide' | 'json' | 'yaml' | undefined;
}

/** Registries that are asked at a time. */
const CONCURRENCY = 16;

/** Prints each verdict; 0 when all logins are accepted, or every image is pulled. Throws UserError. */
export async function verify(options: VerifyOptions, io: Io): Promise<number> {
  const printer = await printerFor(io);
  const secrets = await secretsToVerify(options, io, printer);
  const now = Date.now();
  const diagnosed: DiagnosedSecret[] = [];
  for (const secret of secrets) diagnosed.push(await inPortions(diagnosisOf(secret, now), io.signal));
  const sound = usesLogin(options) || sayFindings(diagnosed, printer);
  const inquiries = options.image?.flatMap((image) => plan(secrets, image)) ?? diagnosed.flatMap(logins);
  if (inquiries.length === 0) throw new UserError('there is no login to verify', command`regsecret inspect`);
  const rows = await ask(inquiries, options, io);
  await printVerdicts(rows, options.output, io, printer);
  const fine =
    options.image === undefined
      ? rows.every(({ verdict }) => verdict.kind === 'accepted')
      : options.image.every((image) => rows.some((row) => row.image === image && pullResult(row.verdict) === 'pulls'));
  return fine && sound ? EXIT.ok : EXIT.failed;
}

async function secretsToVerify(options: VerifyOptions, io: Io, printer: Printer): Promise<readonly Secret[]> {
  const { name, filename } = options;
  const ways = [name !== undefined, filename !== undefined, usesLogin(options)].filter(Boolean);
  if (ways.length > 1 && !(name !== undefined && filename !== undefined && ways.length === 2)) {
    throw new UsageError('a Secret, manifests and a login cannot be verified together', words`regsecret verify --help`);
  }
  if (filename !== undefined) return inFiles(filename, name, io);
  if (usesLogin(options)) return fromLogin(options, io, printer);
  const { connect } = await import('../cluster/client/transport.ts');
  const { findSecret } = await import('../cluster/not-found.ts');
  const transport = await connect(options, io);
  try {
    return [await findSecret(transport, { namespace: transport.namespace, name: name ?? 'regsecret' }, 'verify')];
  } finally {
    transport.close();
  }
}

async function inFiles(filename: readonly string[], name: string | undefined, io: Io): Promise<readonly Secret[]> {
  const { readManifestSecrets } = await import('../manifests/read-objects.ts');
  const { secrets } = await readManifestSecrets(filename, io);
  const chosen = name === undefined ? secrets : secrets.filter(({ metadata }) => metadata.name === name);
  if (chosen.length > 0) return chosen;
  throw new UserError(
    `there is no secret ${name ?? ''} in ${filename.join(', ')}`,
    words`regsecret inspect -f ${pathWord(filename[0] ?? '-')}`,
  );
}

function usesLogin(options: VerifyOptions): boolean {
  const { server, username, passwordStdin, passwordFile, passwordEnv, fromFile, all, prompt } = options;
  return [server, username, passwordStdin, passwordFile, passwordEnv, fromFile, all, prompt].some(Boolean);
}

/** A login of this machine, as the Secret that `create` would make of it. */
async function fromLogin(options: VerifyOptions, io: Io, printer: Printer): Promise<readonly Secret[]> {
  const { collectCredentials } = await import('../credentials/collect.ts');
  const { entries, warnings } = await collectCredentials(options, io);
  for (const warning of warnings) printer.warn(warning);
  return [buildPullSecret({ name: 'login', entries })];
}

/** Says what makes a Secret useless to a kubelet, whatever registries say; false when there is something. */
function sayFindings(secrets: readonly DiagnosedSecret[], printer: Printer): boolean {
  const findings = secrets.flatMap((secret) => listed(secret.findings, ({ code }) => code));
  for (const finding of findings) {
    const { severity, more } = finding;
    const details = more === undefined ? [] : [formatMore(more)];
    if (severity === 'error') printer.error(new UserError(formatFinding(finding), fixFor(finding), details));
    else for (const text of [formatFinding(finding), ...details]) printer.warn(text);
  }
  return findings.every(({ severity }) => severity !== 'error');
}

function logins({ secret, contents }: DiagnosedSecret): VerifyQuestion[] {
  return loginQuestions(secret, contents);
}

function plan(secrets: readonly Secret[], image: string): VerifyQuestion[] {
  try {
    return imageQuestions(secrets, image);
  } catch (error) {
    if (error instanceof ImageReferenceError) {
      throw new UsageError(`${image} is not an image: ${error.message}`, words`--image ghcr.io/org/app:v1`);
    }
    if (!(error instanceof KeyringError)) throw error;
    const { source, message, server } = error;
    const entry = server === undefined ? '' : ` in the entry ${displayServer(server)}`;
    const text = `a kubelet uses none of these secrets: ${source.name} cannot be decoded${entry} (${message})`;
    throw new UserError(text, command`regsecret inspect ${nameWord(source.name)}`);
  }
}

async function ask(inquiries: readonly VerifyQuestion[], options: VerifyOptions, io: Io): Promise<VerifiedRow[]> {
  const client = await createRegistryClient(options, { from: 'person' }, io);
  const rows: VerifiedRow[] = [];
  let done = 0;
  const askAll = (): Promise<void> =>
    forEachLimit(CONCURRENCY, inquiries.entries(), async ([index, inquiry]) => {
      const { source, server, shown, username, login, image } = inquiry;
      const verdict = await client.verify({ server, login, image: image?.reference });
      rows[index] = {
        source: usesLogin(options) ? '' : source,
        server: shown,
        username,
        image: image?.text,
        verdict,
      };
      done += 1;
    });
  try {
    await withProgress(() => `asking registries: ${done} of ${inquiries.length}`, io, askAll);
    return rows;
  } finally {
    client.close();
  }
}
