/** `regsecret inspect`: what is in a Secret, which images it opens, who uses it, and what is wrong with it. */

import { EXIT } from '../../errors.ts';
import { diagnosisOf } from '../../findings/diagnosed-secret.ts';
import { type Inspection, inspectionOf } from '../../findings/inspection.ts';
import type { KubeFlags } from '../../kubeconfig/kube-flags.ts';
import { createFingerprint } from '../../output/fingerprint.ts';
import { printerFor } from '../../output/printer.ts';
import type { Secret } from '../../secret/secret.ts';
import { inPortions } from '../../system/concurrency.ts';
import type { Io } from '../../system/io.ts';
import { secretKey, UNUSED, type Usage, type UsageIndex } from '../../workloads/references.ts';
import { checkedName } from '../../workloads/target.ts';
import { printInspections } from './inspection-printer.ts';

export interface InspectOptions extends KubeFlags {
  readonly names?: readonly string[] | undefined;
  readonly filename?: readonly string[] | undefined;
  readonly reveal?: boolean | undefined;
  readonly output?: 'wide' | 'json' | 'yaml' | undefined;
}

/** A Secret, and which objects refer to it, if that could be found out. */
interface InspectedSecret {
  readonly secret: Secret;
  readonly usage: Usage | undefined;
}

/** The Secrets that were found, and whether these are all that were named. */
interface InspectedSecrets {
  readonly found: readonly InspectedSecret[];
  readonly isWhole: boolean;
}

/** Prints what is in the Secrets of the cluster, or in those of manifests. Throws UserError. */
export async function inspect(options: InspectOptions, io: Io): Promise<number> {
  const { found, isWhole } =
    options.filename === undefined ? await live(options, io) : { found: await inFiles(options, io), isWhole: true };
  io.listen();
  const fingerprint = createFingerprint(io);
  const now = io.clock.now();
  const inspections: Inspection[] = [];
  for (const { secret, usage } of found) {
    const { contents, findings } = await inPortions(diagnosisOf(secret, now), io.signal);
    const inspection = inspectionOf(secret, contents, {
      usage,
      findings,
      reveal: options.reveal ?? false,
      fingerprint,
    });
    inspections.push(inspection);
  }
  if (inspections.length > 0) await printInspections(inspections, { ...options, now }, io);
  return isWhole ? EXIT.ok : EXIT.failed;
}

async function live(options: InspectOptions, io: Io): Promise<InspectedSecrets> {
  const names = options.names?.length ? options.names.map((name) => checkedName(name, 'Secret')) : ['regsecret'];
  const { connect } = await import('../../cluster/transport.ts');
  const { findSecrets } = await import('../../cluster/not-found.ts');
  const { gatherUsage } = await import('../../gather/usage.ts');
  const transport = await connect(options, io);
  try {
    const { namespace } = transport;
    const { createReader } = await import('../../cluster/reader.ts');
    const reader = createReader(transport);
    const [{ secrets, errors }, { usage, mounts }] = await Promise.all([
      findSecrets(transport, { namespace, names }, 'inspect'),
      gatherUsage(reader, namespace),
    ]);
    await sayUnchecked(reader.missingRights.resources('list'), io);
    const printer = await printerFor(io);
    for (const error of errors) printer.error(error);
    const found = secrets.map((secret) => ({
      secret,
      usage: { ...usageIn(usage, secret), ...mounts.get(keyOf(secret)) },
    }));
    return { found, isWhole: errors.length === 0 };
  } finally {
    transport.close();
  }
}

/** Warns about references that are unknown because of missing rights. */
async function sayUnchecked(unchecked: readonly string[], io: Io): Promise<void> {
  if (unchecked.length === 0) return;
  const printer = await printerFor(io);
  printer.warn(`no permission to list ${unchecked.join(', ')}, so references from there are unknown`);
}

async function inFiles({ filename = [], names = [], namespace }: InspectOptions, io: Io): Promise<InspectedSecret[]> {
  const { readNamedSecrets } = await import('../../manifests/read-objects.ts');
  const { secrets, usage } = await readNamedSecrets(filename, { names, verb: 'inspect', namespace }, io);
  return secrets.map((secret) => ({ secret, usage: usage.size > 0 ? usageIn(usage, secret) : undefined }));
}

function usageIn(usage: UsageIndex, secret: Secret): Usage {
  return usage.get(keyOf(secret)) ?? UNUSED;
}

function keyOf({ metadata: { namespace = '', name = '' } }: Secret): string {
  return secretKey(namespace, name);
}
