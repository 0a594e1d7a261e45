/** `regsecret list`: the pull secrets of a namespace or of the cluster, with who uses them and what is wrong. */
import type { KubeFlags } from '../cluster/config/kube-flags.ts';
import { checkNamespace } from '../cluster/not-found.ts';
import { listRefusal } from '../cluster/object-request.ts';
import type { Reader } from '../cluster/reader.ts';
import { formatFinding } from '../domain/findings/messages.ts';
import {
  compareRows,
  missingRow,
  type SecretRow,
  type SecretSummary,
  summarize,
  unreadRow,
} from '../domain/findings/row.ts';
import { ALL_NAMESPACES, command } from '../domain/text/command.ts';
import { secretKey, secretName, UNUSED } from '../domain/workloads/references.ts';
import { EXIT, UsageError } from '../errors.ts';
import type { Io } from '../io.ts';
import { unreadFindings } from '../operations/doctor/unread-findings.ts';
import { createFingerprint } from '../output/fingerprint.ts';
import { printList } from '../output/list-printer.ts';
import { printerFor } from '../output/printer.ts';

export interface ListOptions extends KubeFlags {
  readonly allNamespaces?: boolean | undefined;
  readonly output?: 'wide' | 'json' | 'yaml' | 'name' | undefined;
}

/** Prints one line for each pull secret, and for each that is missing; throws UserError. */
export async function list(options: ListOptions, io: Io): Promise<number> {
  const { allNamespaces = false } = options;
  if (allNamespaces && options.namespace !== undefined) {
    throw new UsageError(
      '--all-namespaces and --namespace cannot be used together',
      command`regsecret list ${ALL_NAMESPACES}`,
    );
  }
  const { connect } = await import('../cluster/client/transport.ts');
  const transport = await connect(options, io);
  const now = Date.now();
  try {
    const scope = allNamespaces ? undefined : transport.namespace;
    const { createReader } = await import('../cluster/reader.ts');
    const { createUnreadObjects } = await import('../cluster/client/unread-objects.ts');
    const unread = createUnreadObjects();
    const reader = createReader(transport, unread);
    const rows = await gather(reader, scope, now);
    if (rows.length === 0 && scope !== undefined) await checkNamespace(transport, scope);
    const printer = await printerFor(io);
    const unseen = reader.missingRights.resources('list');
    if (unseen.length > 0)
      printer.warn(`no permission to list ${unseen.join(', ')}, so uses of a secret there are unknown`);
    await printList(rows, { output: options.output, namespaces: allNamespaces, now }, io);
    if (rows.length === 0 && options.output === undefined) {
      printer.say(`no pull secrets in ${allNamespaces ? 'any namespace' : `namespace ${transport.namespace}`}`);
      printer.hint(command`regsecret create`);
    }
    for (const found of unreadFindings(unread)) printer.warn(formatFinding(found));
    return unread.list().length === 0 ? EXIT.ok : EXIT.failed;
  } finally {
    transport.close();
  }
}

/** Reads Secrets and who refers to them at the same time, then asks for those of other types that are referred to. */
async function gather(reader: Reader, namespace: string | undefined, now: number): Promise<SecretRow[]> {
  const { eachPullSecret, eachSecret } = await import('../cluster/read-secrets.ts');
  const { gatherUsage } = await import('../cluster/usage.ts');
  const { inPortions } = await import('../concurrency.ts');
  const fingerprint = createFingerprint();
  const summaries = new Map<string, SecretSummary>();
  const [usage, refused] = await Promise.all([
    gatherUsage(reader, namespace),
    eachPullSecret(reader, namespace, function* (secret) {
      const summary = yield* summarize(secret, now, fingerprint);
      summaries.set(secretKey(summary.namespace, summary.name), summary);
    }),
  ]);
  if (refused !== undefined) throw listRefusal(refused, { group: '', plural: 'secrets' }, namespace);
  const others = [...usage.keys()].filter((key) => !summaries.has(key)).map(secretName);
  await eachSecret(reader, others, async (ref, secret) => {
    if (secret === 'forbidden') return;
    const summary =
      secret === 'missing'
        ? missingRow(ref.namespace, ref.name)
        : await inPortions(summarize(secret, now, fingerprint), reader.transport.signal);
    summaries.set(secretKey(ref.namespace, ref.name), summary);
  });
  for (const found of reader.unread === undefined ? [] : unreadFindings(reader.unread)) {
    if (found.object.kind !== 'Secret') continue;
    const row = unreadRow(found);
    summaries.set(secretKey(row.namespace, row.name), row);
  }
  return [...summaries].map(([key, summary]) => ({ ...summary, usedBy: usage.get(key) ?? UNUSED })).sort(compareRows);
}
