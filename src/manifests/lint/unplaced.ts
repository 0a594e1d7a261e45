/** Finds objects that name no namespace, although the objects that need them name one. Only the context says where they go. */
import { type FindingView, findingView } from '../../domain/diagnosis/view.ts';
import { finding } from '../../domain/findings/finding.ts';
import { editFile } from '../../domain/findings/pod-commands.ts';
import { targetName } from '../../domain/workloads/object-ref.ts';
import { listedNames } from '../../domain/workloads/pull-spec.ts';
import { isName } from './applied-secrets.ts';
import type { Inventory, PlacedPullSpec } from './inventory.ts';
import { accountInFiles } from './manifest-facts.ts';
import { firstLineOf } from './place.ts';

/** Whether an object with the namespace `own` names none, and so need not go into that of `placed`. */
export function isApart(own: string | undefined, { pullSpec }: PlacedPullSpec): boolean {
  return !own && isName(pullSpec.ref.namespace);
}

/** Finds service accounts that have a list and name no namespace, although the objects that should get the list name one. */
export function unplacedAccounts(inventory: Inventory): FindingView[] {
  const users = inventory.pullSpecs.flatMap((placed) => {
    const account = accountInFiles(placed, inventory);
    const isUsed = placed !== account && listedNames(placed.pullSpec.imagePullSecrets).length === 0;
    const hasList = listedNames(account?.pullSpec.imagePullSecrets).length > 0;
    return account && isUsed && hasList && isApart(account.pullSpec.ref.namespace, placed) ? [{ account, placed }] : [];
  });
  return [...Map.groupBy(users, ({ account }) => account)].map(([account, all]) => {
    const { name } = account.pullSpec.ref;
    const object = { kind: 'ServiceAccount', name, ...firstLineOf(account) } as const;
    const refs = all.map(({ placed }) => placed.pullSpec.ref);
    const args = {
      account: name,
      usedBy: [...new Set(refs.map(targetName))],
      elsewhere: { namespaces: [...new Set(refs.map(({ namespace }) => namespace))] },
    };
    const fix = { command: editFile(object), sufficient: false };
    return findingView(finding('missing-account', object, args, 'warning'), undefined, fix);
  });
}
