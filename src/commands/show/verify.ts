/** `regsecret verify`: whether registries accept the credentials of a Secret, and whether an image may be pulled. */
import type { Transport } from '../../cluster/transport.ts';
import { type CredentialOptions, usesLogin } from '../../credentials/credential-flags.ts';
import { EXIT, UsageError, UserError } from '../../errors.ts';
import { type DiagnosedSecret, diagnosisOf } from '../../findings/diagnosed-secret.ts';
import type { KubeFlags } from '../../kubeconfig/kube-flags.ts';
import { ALL_NAMESPACES, command, eachWith, pathWord, words } from '../../line/command.ts';
import { againWith, againWithout, eitherOf, type Hint, prose } from '../../line/hint.ts';
import { nameWord, scope } from '../../line/object-name.ts';
import { type Printer, printerFor } from '../../output/printer.ts';
import { withProgress } from '../../output/progress.ts';
import { printVerdicts, sayFindings, type VerifiedRow } from '../../output/verdict-printer.ts';
import { createRegistryClient, type RegistryFlags } from '../../registry/registry-client.ts';
import { buildPullSecret } from '../../secret/build.ts';
import { displayServer } from '../../secret/display-server.ts';
import { ImageReferenceError, parseImage } from '../../secret/image.ts';
import { sameKey } from '../../secret/key.ts';
import { KeyringError } from '../../secret/keyring.ts';
import { describeSecret, type Secret } from '../../secret/secret.ts';
import { imageServer, loginCommand } from '../../secret/server.ts';
import { forEachLimit, inPortions } from '../../system/concurrency.ts';
import type { Io } from '../../system/io.ts';
import {
  imageQuestions,
  loginQuestions,
  type Question,
  questionKey,
  sourceName,
  type VerifyQuestion,
} from '../../verify/question.ts';
import { correctIn } from '../../verify/refused-login.ts';
import { imageResult, loginResult, type Verdict } from '../../verify/verdict.ts';
import { checkedName } from '../../workloads/target.ts';

export interface VerifyOptions extends CredentialOptions, RegistryFlags, KubeFlags {
  readonly names?: readonly string[] | undefined;
  readonly allNamespaces?: boolean | undefined;
  readonly filename?: readonly string[] | undefined;
  readonly image?: readonly string[] | undefined;
  /** The name of a node, `all` or `any`. */
  readonly onNode?: string | undefined;
  readonly serviceaccount?: string | undefined;
  readonly output?: 'wide' | 'json' | 'yaml' | undefined;
}

/** The number of registries asked at the same time. */
const CONCURRENCY = 16;

/**
 * Prints each verdict. Returns 0 when all logins are accepted, or every image can be pulled, and 3 when nothing is refused but
 * not everything is known. Throws UserError.
 */
export async function verify(typed: VerifyOptions, io: Io): Promise<number> {
  const printer = await printerFor(io);
  checkOptions(typed);
  if (typed.onNode !== undefined) return askNodes(typed, typed.onNode, io, printer);
  const options = withServer(typed);
  const { secrets, isWhole, correct, from } = await secretsToVerify(options, io, printer);
  if (secrets.length === 0 && !isWhole) return EXIT.failed;
  io.listen();
  const now = io.clock.now();
  const diagnosed: DiagnosedSecret[] = [];
  for (const secret of secrets) diagnosed.push(await inPortions(diagnosisOf(secret, now), io.signal));
  const sound = usesLogin(options) || sayFindings(diagnosed, correct?.(''), printer);
  const inquiries =
    options.image?.flatMap((image) => plan(secrets, image)) ??
    diagnosed.flatMap(({ secret, contents }) => loginQuestions(secret, contents));
  if (inquiries.length === 0) {
    // Where something is wrong, that has just been printed.
    if (!sound) return EXIT.failed;
    throw new UserError('there is no login to verify', lookInside(options));
  }
  const rows = await ask(inquiries, from, options, io);
  const immutable = new Set(secrets.filter((secret) => secret.immutable === true).map(sourceName));
  const mayAskNode = options.image !== undefined && correct === undefined;
  const shown = { output: options.output, immutable, correct, isOwn: from !== undefined, mayAskNode };
  await printVerdicts(rows, shown, io, printer);
  if (!sound || !isWhole) return EXIT.failed;
  const results =
    options.image?.map((image) => imageResult(rows.filter((row) => row.image === image))) ??
    rows.map(({ verdict }) => loginResult(verdict));
  if (results.includes('fails')) return EXIT.failed;
  return results.includes('unknown') ? EXIT.unjudged : EXIT.ok;
}

async function askNodes(options: VerifyOptions, onNode: string, io: Io, printer: Printer): Promise<number> {
  const { image, names = [], serviceaccount } = options;
  if (image === undefined)
    throw new UsageError('--on-node needs --image', againWith(words`--image ghcr.io/org/app:v1`));
  const { checkNode } = await import('./asked-nodes.ts');
  checkNode(onNode);
  if (serviceaccount !== undefined) checkedName(serviceaccount, 'ServiceAccount');
  const { verifyOnNode } = await import('./on-node.ts');
  return verifyOnNode({ ...options, onNode, image: [...new Set(image)], names: [...new Set(names)] }, io, printer);
}

/** The command that shows why there is no login. */
function lookInside({ names = [], namespace, filename = [], allNamespaces }: VerifyOptions): Hint {
  if (allNamespaces) return command`regsecret list ${ALL_NAMESPACES}`;
  const files = eachWith('-f', filename.map(pathWord));
  return command`regsecret inspect ${names.map(nameWord)} ${scope(namespace)} ${files}`;
}

/** A user name and password without a server are for the registry of the image. */
function withServer(options: VerifyOptions): VerifyOptions {
  const { server, username, image = [] } = options;
  const servers = [...new Set(image.map(imageServer))];
  return server === undefined && username !== undefined && servers.length === 1
    ? { ...options, server: servers }
    : options;
}

const OF_ALL = prose`leave out -A to check your own login with ${words`--server REGISTRY`}, or leave out the login to check all Secrets`;

/** Throws UsageError. */
function checkOptions(options: VerifyOptions): void {
  const { names = [], allNamespaces = false, namespace, filename, image, onNode, serviceaccount } = options;
  for (const text of image ?? []) checkImage(text);
  const live = allNamespaces ? '-A' : 'the name of a Secret';
  const ways = [
    ...(names.length > 0 || allNamespaces ? [live] : []),
    ...(filename === undefined ? [] : ['-f']),
    ...(usesLogin(options)
      ? [options.server !== undefined ? '--server' : options.all === true ? '--all' : 'a login']
      : []),
  ];
  if (ways.length > 1 && !(names.length > 0 && !allNamespaces && filename !== undefined && ways.length === 2)) {
    const [, second = ''] = ways;
    // When a login is given in full, a flag may hold its password.
    const meant = second.startsWith('-') ? eitherOf('-A', second) : OF_ALL;
    const hint = allNamespaces && ways.length === 2 ? meant : words`regsecret verify --help`;
    throw new UsageError(`${ways.join(' and ')} cannot be used together`, hint);
  }
  // A node is asked with a Secret of its cluster.
  const other = ways.find((way) => way !== 'the name of a Secret');
  if (onNode !== undefined && other !== undefined) {
    const hint = other.startsWith('-') ? eitherOf(other, '--on-node') : againWithout('--on-node');
    throw new UsageError(`${other} and --on-node cannot be used together`, hint);
  }
  if (serviceaccount !== undefined && onNode === undefined)
    throw new UsageError('--serviceaccount is only for --on-node', againWith(words`--on-node`));
  if (filename === undefined) for (const name of names) checkedName(name, 'Secret');
  if (!allNamespaces) return;
  if (namespace !== undefined) {
    throw new UsageError('--all-namespaces and --namespace cannot be used together', againWithout('-n'));
  }
  if (image !== undefined) throw new UsageError('-A and --image cannot be used together', eitherOf('-A', '--image'));
}

/** The Secrets to verify, and whether these are all that were named. */
interface SecretSelection {
  readonly secrets: readonly Secret[];
  readonly isWhole: boolean;
  /** How a rejected login is corrected when it does not come from the cluster. */
  readonly correct?: (server: string) => Hint;
  /** Where a login of this machine comes from. */
  readonly from?: (server: string) => string | undefined;
}

async function secretsToVerify(options: VerifyOptions, io: Io, printer: Printer): Promise<SecretSelection> {
  const { names = [], allNamespaces, filename } = options;
  if (filename !== undefined) return inFiles(filename, options, io);
  if (usesLogin(options)) return fromLogin(options, io, printer);
  const { connect } = await import('../../cluster/transport.ts');
  const transport = await connect(options, io);
  try {
    if (allNamespaces) return { secrets: await everywhere(names, transport), isWhole: true };
    const { findSecrets } = await import('../../cluster/not-found.ts');
    const wanted = { namespace: transport.namespace, names: names.length === 0 ? ['regsecret'] : names };
    const { secrets, errors } = await findSecrets(transport, wanted, 'verify');
    for (const error of errors) printer.error(error);
    if (names.length === 0)
      for (const secret of secrets) printer.say(`checked: ${describeSecret(secret)} (-A: all namespaces)`);
    return { secrets, isWhole: errors.length === 0 };
  } finally {
    transport.close();
  }
}

/** The Secrets of these names in all namespaces, or all pull secrets. */
async function everywhere(names: readonly string[], transport: Transport): Promise<readonly Secret[]> {
  const [{ eachInScope }, { createReader }] = await Promise.all([
    import('../../cluster/secret-scope.ts'),
    import('../../cluster/reader.ts'),
  ]);
  const secrets: Secret[] = [];
  await eachInScope(createReader(transport), { namespaces: 'all', names, verb: 'verify' }, (secret) => {
    secrets.push(secret);
    return undefined;
  });
  return secrets;
}

async function inFiles(
  filename: readonly string[],
  { names = [], namespace }: VerifyOptions,
  io: Io,
): Promise<SecretSelection> {
  const { readNamedSecrets } = await import('../../manifests/read-objects.ts');
  const { secrets } = await readNamedSecrets(filename, { names, verb: 'verify', namespace }, io);
  const correct = correctIn(filename);
  return { secrets, isWhole: true, correct: () => correct };
}

/** A login of this machine, as the Secret that `create` would make of it. */
async function fromLogin(options: VerifyOptions, io: Io, printer: Printer): Promise<SecretSelection> {
  const { collectCredentials } = await import('../../credentials/collect.ts');
  const { entries, warnings, personal } = await collectCredentials(options, io);
  for (const warning of warnings) printer.warn(warning);
  for (const { server, credential, from } of personal ? entries : [])
    printer.say(
      `the login of ${credential.username} for ${displayServer(server)} is from ${from}, and not from a Secret`,
    );
  const login = (server: string) => entries.find((one) => sameKey(one.server, server));
  return {
    secrets: [buildPullSecret({ name: 'login', entries })],
    isWhole: true,
    correct: (server) => login(server)?.renew ?? loginCommand(server),
    from: (server) => login(server)?.from,
  };
}

/** Throws UsageError. */
function checkImage(text: string): void {
  try {
    parseImage(text);
  } catch (error) {
    if (!(error instanceof ImageReferenceError)) throw error;
    throw new UsageError(`--image ${text} is not an image: ${error.message}`, words`--image ghcr.io/org/app:v1`);
  }
}

function plan(secrets: readonly Secret[], image: string): VerifyQuestion[] {
  try {
    return imageQuestions(secrets, image);
  } catch (error) {
    if (!(error instanceof KeyringError)) throw error;
    const { source, message, server } = error;
    const entry = server === undefined ? '' : ` in the entry ${displayServer(server)}`;
    const text = `a kubelet uses none of these secrets: ${source.name} cannot be decoded${entry} (${message})`;
    throw new UserError(text, command`regsecret inspect ${nameWord(source.name)}`);
  }
}

async function ask(
  inquiries: readonly VerifyQuestion[],
  from: SecretSelection['from'],
  options: VerifyOptions,
  io: Io,
): Promise<VerifiedRow[]> {
  const client = await createRegistryClient(options, { from: 'person' }, io);
  const rows: VerifiedRow[] = [];
  let done = 0;
  // Copies of one Secret have the same login, which is sent only once.
  const asked = new Map<string, Promise<Verdict>>();
  const verdictOf = (question: Question): Promise<Verdict> => {
    const key = questionKey(question);
    const verdict = asked.get(key) ?? client.verify(question);
    asked.set(key, verdict);
    return verdict;
  };
  const askAll = (): Promise<void> =>
    forEachLimit(CONCURRENCY, inquiries.entries(), async ([index, inquiry]) => {
      const { source, server, shown, username, login, image } = inquiry;
      const verdict = await verdictOf({ server, login, image: image?.reference });
      rows[index] = {
        source: from === undefined ? source : (from(shown ?? '') ?? ''),
        server: shown,
        username,
        image: image?.text,
        verdict,
      };
      done += 1;
    });
  try {
    await withProgress(() => `checking registries: ${done} of ${inquiries.length}`, io, askAll);
    return rows;
  } finally {
    client.close();
  }
}
