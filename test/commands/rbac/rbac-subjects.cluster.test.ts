/** The output of `rbac`, applied for one team after the other: no team loses its rights. */
import { expect, test } from 'vitest';
import { kubectl, newNamespace, waitFor } from '../../environment/use.ts';
import { freshName } from '../../support/attach-world.ts';
import { here } from '../../support/here.ts';
import { mayDo, type Rule } from '../../support/user.ts';

async function apply(line: string): Promise<void> {
  const printed = await here(['rbac', ...line.split(' ')], { env: { HOME: '/nowhere' } });
  expect(printed.code, printed.stderr).toBe(0);
  const applied = await kubectl(['apply', '-f', '-'], { stdin: printed.stdout });
  expect(applied.code, applied.stderr).toBe(0);
}

const ACCOUNT: Rule = { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['patch'], resourceNames: ['default'] };
const SECRETS: Rule = { apiGroups: [''], resources: ['secrets'], verbs: ['list'] };
const NODES: Rule = { apiGroups: [''], resources: ['nodes'], verbs: ['get'] };

const who = (namespace: string, account: string): string => `system:serviceaccount:${namespace}:${account}`;
const gets = (user: string, namespace: string, rule: Rule) =>
  waitFor(() => mayDo(user, namespace, rule), { what: `the rights of ${user}`, everyMs: 5 });

test('two accounts of one namespace keep what each may attach to', async () => {
  const namespace = await newNamespace();
  const line = `attach --serviceaccount default -n ${namespace}`;
  const user = `user/https://sso.example/#${freshName('jane')}@acme.com`;
  await apply(`--for sa/deployer ${line}`);
  await apply(`--for sa/ci ${line}`);
  await apply(`--for ${user} attach --serviceaccount other -n ${namespace}`);
  await gets(user.slice('user/'.length), namespace, { ...ACCOUNT, resourceNames: ['other'] });
  for (const account of ['ci', 'deployer']) await gets(who(namespace, account), namespace, ACCOUNT);
});

test('two teams that look at everything keep what they may read', async () => {
  const [first, second] = [await newNamespace(), await newNamespace()];
  for (const namespace of [first, second]) await apply(`--for sa/${namespace}:ci doctor -A`);
  for (const namespace of [second, first]) {
    await gets(who(namespace, 'ci'), namespace, SECRETS);
    await gets(who(namespace, 'ci'), '', NODES);
  }
});
