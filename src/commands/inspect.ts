/** `regsecret inspect`: what is in a Secret, which images it opens, who uses it, and what is wrong with it. */
import type { KubeFlags } from '../cluster/config/kube-flags.ts';
import { inPortions } from '../concurrency.ts';
import { diagnosisOf } from '../domain/findings/diagnosed-secret.ts';
import { type Inspection, inspectionOf } from '../domain/findings/inspection.ts';
import type { Secret } from '../domain/keyring/secret.ts';
import { pathWord, words } from '../domain/text/command.ts';
import { secretKey, UNUSED, type UsageIndex } from '../domain/workloads/references.ts';
import { EXIT, UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { createFingerprint } from '../output/fingerprint.ts';
import { printInspections } from '../output/inspection-printer.ts';
import { printerFor } from '../output/printer.ts';

export interface InspectOptions extends KubeFlags {
  readonly name?: string | undefined;
  readonly filename?: readonly string[] | undefined;
  readonly reveal?: boolean | undefined;
  readonly output?: 'wide' | 'json' | 'yaml' | undefined;
}

/** A Secret, and who refers to it, where that could be found out. */
interface Found {
  readonly secret: Secret;
  readonly usage: UsageIndex | undefined;
}

/** Prints what is in the Secret, or in those of the manifests; throws UserError. */
export async function inspect(options: InspectOptions, io: Io): Promise<number> {
  const found = options.filename === undefined ? [await live(options, io)] : await inFiles(options, io);
  const fingerprint = createFingerprint();
  const now = Date.now();
  const inspections: Inspection[] = [];
  for (const { secret, usage } of found) {
    const { contents, findings } = await inPortions(diagnosisOf(secret, now), io.signal);
    const { namespace = '', name = '' } = secret.metadata;
    const inspection = inspectionOf(secret, contents, {
      usage: usage && (usage.get(secretKey(namespace, name)) ?? UNUSED),
      findings,
      reveal: options.reveal ?? false,
      fingerprint,
    });
    inspections.push(inspection);
  }
  await printInspections(inspections, { ...options, now }, io);
  return EXIT.ok;
}

async function live(options: InspectOptions, io: Io): Promise<Found> {
  const { connect } = await import('../cluster/client/transport.ts');
  const { findSecret } = await import('../cluster/not-found.ts');
  const { gatherUsage } = await import('../cluster/usage.ts');
  const transport = await connect(options, io);
  try {
    const { namespace } = transport;
    const { createReader } = await import('../cluster/reader.ts');
    const reader = createReader(transport);
    const [secret, usage] = await Promise.all([
      findSecret(transport, { namespace, name: options.name ?? 'regsecret' }, 'inspect'),
      gatherUsage(reader, namespace),
    ]);
    await sayUnchecked(reader.missingRights.resources('list'), io);
    return { secret, usage };
  } finally {
    transport.close();
  }
}

/** What the result does not know, for want of rights. */
async function sayUnchecked(unchecked: readonly string[], io: Io): Promise<void> {
  if (unchecked.length === 0) return;
  const printer = await printerFor(io);
  printer.warn(`no permission to list ${unchecked.join(', ')}, so references from there are unknown`);
}

async function inFiles({ filename = [], name }: InspectOptions, io: Io): Promise<Found[]> {
  const { readManifestSecrets } = await import('../manifests/read-objects.ts');
  const { secrets, usage } = await readManifestSecrets(filename, io);
  const chosen = name === undefined ? secrets : secrets.filter(({ metadata }) => metadata.name === name);
  if (chosen.length > 0) return chosen.map((secret) => ({ secret, usage: usage.size > 0 ? usage : undefined }));
  const there = secrets.map(({ metadata }) => metadata.name).join(', ');
  throw new UserError(
    there === '' ? `there is no secret in ${filename.join(', ')}` : `there is no secret ${name} there, but ${there}`,
    words`regsecret inspect -f ${pathWord(filename[0] ?? '-')}`,
  );
}
