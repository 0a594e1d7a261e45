/** What `sync --watch` says about somebody who undoes its writes, and the setting with which Argo CD leaves them alone. */
import { MANAGED_BY, SOURCE } from '../../domain/pull-secret/copy.ts';
import { EXPIRES_AT } from '../../domain/pull-secret/expiry.ts';
import type { Io } from '../../io.ts';
import type { Fight } from '../../operations/watch/fight.ts';
import { formatSafeYaml } from '../../yaml.ts';
import type { Printer } from '../printer.ts';

/** Says who undoes the writes. When it may be Argo CD, also writes a part for its Application to stderr. */
export async function sayFight({ object, managers, maker }: Fight, printer: Printer, io: Io): Promise<void> {
  const { kind, namespace, name } = object;
  const who = managers.length === 0 ? '' : `; its other field managers: ${managers.join(', ')}`;
  const what = `${kind.toLowerCase()} ${namespace}/${name}`;
  printer.warn(
    maker === undefined
      ? `somebody keeps undoing what sync writes to ${what}, so sync writes it less and less often${who}`
      : `${maker.name} keeps undoing what sync writes to ${what}, so sync writes it less and less often${who}`,
  );
  if (maker !== undefined) printer.hint(maker.where);
  const isArgo = /argo/i.test([maker?.name, ...managers].join(' '));
  if (!isArgo && maker !== undefined) return;
  printer.say('if that is Argo CD, add this to the spec of its Application:');
  io.stderr.write(await formatSafeYaml(ignoreDifferences(object)));
}

/** https://argo-cd.readthedocs.io/en/stable/user-guide/diffing/ and sync-options/#respect-ignore-difference-configs */
function ignoreDifferences({ kind, namespace, name }: Fight['object']): object {
  const jsonPointers =
    kind === 'ServiceAccount'
      ? ['/imagePullSecrets']
      : [
          '/data',
          `/metadata/labels/${escaped(MANAGED_BY)}`,
          ...[SOURCE, EXPIRES_AT].map((key) => `/metadata/annotations/${escaped(key)}`),
        ];
  return {
    ignoreDifferences: [{ kind, namespace, name, jsonPointers }],
    syncPolicy: { syncOptions: ['RespectIgnoreDifferences=true'] },
  };
}

/** RFC 6901. */
function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
