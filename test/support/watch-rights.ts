/** A user with exactly the rights that `rbac` prints for `sync --watch`. */
import { atFileEnd } from '../environment/file-end.ts';
import { api, kubeconfigFor, waitFor } from '../environment/use.ts';
import { created, freshName } from './attach-world.ts';
import { here } from './here.ts';
import { mayDo, type Rule } from './user.ts';

export interface WatchRights {
  readonly kubeconfig: string;
  /** Revokes all rights. */
  withdraw(): Promise<void>;
  /** Grants the rights again. */
  grant(): Promise<void>;
}

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const leftovers: string[] = [];
// Rights are removed at the end of the file because its tests may run concurrently.
atFileEnd(async () => {
  for (const path of leftovers.splice(0)) await api('DELETE', path);
});

/**
 * Creates a user with the rights for `sync --watch` with `args` and the source in `home`, modified by `change`, until the test
 * file ends.
 */
export async function watchRights(
  home: string,
  args: readonly string[],
  change: (rule: Rule) => Rule = (rule) => rule,
): Promise<WatchRights> {
  const user = freshName('user');
  const line = ['rbac', '--for', `user/${user}`, '--name', user, '-o', 'json', 'sync', ...args, '--watch'];
  const printed = await here([...line, '-n', home], {});
  const items = JSON.parse(printed.stdout).items.map((item: { rules?: readonly Rule[] }) =>
    item.rules === undefined ? item : { ...item, rules: item.rules.map(change) },
  );
  const path = ({ kind }: { readonly kind: string }): string => `${RBAC}/${kind.toLowerCase()}s`;
  const bindings = items.filter(({ kind }: { readonly kind: string }) => kind.endsWith('Binding'));
  const [{ rules }] = items;
  const allAre = async (isGranted: boolean): Promise<boolean> => {
    for (const rule of rules) if ((await mayDo(user, '', rule)) !== isGranted) return false;
    return true;
  };
  for (const item of items) {
    await created(path(item), item);
    leftovers.push(`${path(item)}/${user}`);
  }
  await waitFor(() => allAre(true), { what: `the rights of ${user}`, everyMs: 5 });
  return {
    kubeconfig: kubeconfigFor({ user }),
    async withdraw() {
      for (const binding of bindings) await api('DELETE', `${path(binding)}/${user}`);
      await waitFor(() => allAre(false), { what: `the end of the rights of ${user}`, everyMs: 5 });
    },
    async grant() {
      for (const binding of bindings) await created(path(binding), binding);
    },
  };
}
