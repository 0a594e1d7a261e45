/** Checks the Secret to attach before anything refers to it. */
import { ApiError, refusal } from '../cluster/api-error.ts';
import { lookAround } from '../cluster/not-found.ts';
import { eachSecretNamed, readSecret } from '../cluster/read-secrets.ts';
import type { Reader } from '../cluster/reader.ts';
import { requestSecret, type SecretRef } from '../cluster/secret-request.ts';
import type { Transport } from '../cluster/transport.ts';
import { UserError } from '../errors.ts';
import { type DiagnosedSecret, diagnosisOf, usabilityOf } from '../findings/diagnosed-secret.ts';
import { type Finding, fixFor, formatFinding } from '../findings/finding.ts';
import { formatMore, listed } from '../findings/listed.ts';
import { lineOf } from '../line/deed.ts';
import { againMeaning } from '../line/hint.ts';
import type { Secret } from '../secret/secret.ts';
import { inPortions } from '../system/concurrency.ts';
import type { Io } from '../system/io.ts';
import type { AttachRequest } from './request.ts';

/**
 * Returns the Secret in `namespace`. Returns undefined where reading it is forbidden, which is noted, or where it is missing and
 * `--allow-missing` was given. Throws UserError when pods could not use it.
 */
export async function checkSecret(
  reader: Reader,
  namespace: string,
  request: AttachRequest,
): Promise<DiagnosedSecret | undefined> {
  const ref = { namespace, name: request.secret };
  const secret = request.known?.secret ?? (await readSecret(reader, ref));
  if (secret === 'forbidden') return undefined;
  if (secret === 'missing') {
    if (request.allowMissing) return undefined;
    throw await missing(reader, ref);
  }
  const checked = await checkedSecret(secret, reader.transport);
  return { ...checked, findings: checked.findings.filter((found) => !isSaid(found, request)) };
}

function isSaid(found: Finding, { known }: AttachRequest): boolean {
  const isEnd = found.code === 'expired' || found.code === 'expires-soon';
  return isEnd && known?.saidEnds.has(found.arguments.server) === true;
}

/** Throws UserError when the Secret cannot be read. */
export async function getSecret(transport: Transport, { namespace, name }: SecretRef): Promise<Secret> {
  try {
    return await requestSecret(transport, { namespace, name });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status !== 404) throw refusal(error, { verb: 'get', namespace, name });
    const text = `secret ${namespace}/${name} does not exist, so it is not known which images it matches`;
    const file = `or read it from a manifest or docker config: --auto --secret-file FILE`;
    throw new UserError(text, lineOf({ do: 'create', secret: name, namespace, servers: [] }), [file]);
  }
}

/** `secret` with its findings; throws UserError when it opens no image, or keeps its pods from using any Secret. */
export function checkedSecret(
  secret: Secret,
  { clock, signal }: Pick<Io, 'clock' | 'signal'>,
): Promise<DiagnosedSecret> {
  return inPortions(check(secret, clock.now()), signal);
}

function* check(secret: Secret, now: number): Generator<void, DiagnosedSecret> {
  const diagnosed = yield* diagnosisOf(secret, now);
  if (diagnosed.findings.length === 0 || usabilityOf(diagnosed) === 'usable') return diagnosed;
  const [first, ...others] = listed(diagnosed.findings, ({ code }) => code);
  if (first === undefined) return diagnosed;
  const details = others.flatMap((found) => [
    formatFinding(found),
    ...(found.more === undefined ? [] : [formatMore(found.more)]),
  ]);
  throw new UserError(formatFinding(first), fixFor(first), details);
}

/** The error for a missing Secret, with the one that was probably meant, as far as our rights let us look. */
async function missing(reader: Reader, ref: SecretRef): Promise<UserError> {
  const { text, meant } = await lookAround(reader.transport, ref);
  const limit =
    meant !== undefined && meant.namespace !== ref.namespace
      ? ', but a pod can use only Secrets of its own namespace'
      : '';
  const proposal =
    meant?.as === 'near'
      ? againMeaning({ rename: new Map([[ref.name, meant.name]]) })
      : lineOf({ do: 'create', secret: ref.name, namespace: ref.namespace, servers: [] });
  return new UserError(text + limit, proposal, ['to attach it anyway, add --allow-missing']);
}

/** The Secret in each namespace that has it, or why it is of no use there. */
export type Usable = ReadonlyMap<string, DiagnosedSecret | UserError>;

/** Returns undefined where listing the Secrets is forbidden, which is noted. */
export async function usableNamespaces(reader: Reader, name: string): Promise<Usable | undefined> {
  const found = new Map<string, DiagnosedSecret | UserError>();
  const refused = await eachSecretNamed(reader, name, function* (secret) {
    found.set(secret.metadata.namespace ?? '', yield* usableOrProblem(secret, reader.transport.clock.now()));
  });
  return refused === undefined ? found : undefined;
}

function* usableOrProblem(secret: Secret, now: number): Generator<void, DiagnosedSecret | UserError> {
  try {
    return yield* check(secret, now);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
