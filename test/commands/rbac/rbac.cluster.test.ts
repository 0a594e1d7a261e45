/**
 * The rules that `rbac` prints suffice for a command line, and without any one of them they do not; the error then names the
 * missing rule. A command line that writes runs as a server dry run where that needs the same rights.
 */
import { beforeAll, expect, test } from 'vitest';
import { api, kubeconfigFor, waitFor } from '../../environment/use.ts';
import { created, freshName } from '../../support/attach-world.ts';
import { some } from '../../support/cases.ts';
import { here, type RanHere } from '../../support/here.ts';
import { LINES, openWorlds, placeFor, run, wordsOf } from '../../support/rights-world.ts';
import { mayDo, type Rule } from '../../support/user.ts';

interface Role {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly Rule[];
}

beforeAll(openWorlds, 120_000);

test.each(some(LINES, 8).map((lines) => ({ title: lines[0] ?? '', lines })))(
  '$title',
  { timeout: 300_000 },
  async ({ lines }) => {
    const needed: boolean[] = [];
    for (const line of lines) {
      const place = () => placeFor(line);
      const asAdministrator = await run(line, await place());
      const namespace = await place();
      const { ran, rules } = await runWithout(undefined, line, namespace);
      expect(ran.stderr, line).not.toMatch(/no permission|may not|cannot (get|list|patch|create|delete) /);
      expect(ran.code, `${line}\n${ran.stderr}`).toBe(asAdministrator.code);
      for (const [index, rule] of rules.entries()) {
        const { ran: without } = await runWithout(index, line, await place());
        needed[index] ||= isNamed(rule, without.stderr);
      }
    }
    expect(needed.indexOf(false), JSON.stringify(needed)).toBe(-1);
  },
);

/** Whether the error names one of the rights in `rule`. */
function isNamed({ verbs, resources }: Rule, stderr: string): boolean {
  return verbs.some((verb) =>
    resources.some((resource) => new RegExp(`${verb}\\b.*\\b${singular(resource)}`).test(stderr)),
  );
}

/** The beginning of both `secrets` and `secret`, as errors name them. */
function singular(resource: string): string {
  return resource.replace(/(?:y|ies|s)$/, '');
}

/** Runs `line` as a user with the rules of `rbac` except the one at `index`. */
async function runWithout(
  index: number | undefined,
  line: string,
  namespace: string,
): Promise<{ ran: RanHere; rules: readonly Rule[] }> {
  const user = freshName('user');
  const printed = await here(
    ['rbac', '--for', `user/${user}`, '--name', user, '-o', 'json', ...(await wordsOf(line, namespace))],
    {},
  );
  expect(printed.code, printed.stderr).toBe(0);
  const roles: Role[] = JSON.parse(printed.stdout).items;
  const rules = roles.flatMap((role) => role.rules ?? []);
  const left = roles.map((role) =>
    role.rules === undefined ? role : { ...role, rules: role.rules.filter((rule) => rules.indexOf(rule) !== index) },
  );
  for (const role of left) await created(pathOfRole(role), role);
  try {
    for (const { kind, rules: [first] = [] } of left) {
      if (first === undefined) continue;
      const where = kind === 'Role' ? namespace : '';
      await waitFor(() => mayDo(user, where, first), { what: `the rights of ${user}`, everyMs: 5 });
    }
    return { ran: await run(line, namespace, kubeconfigFor({ user })), rules };
  } finally {
    for (const role of left) {
      if (role.metadata.namespace === undefined) await api('DELETE', `${pathOfRole(role)}/${user}`);
    }
  }
}

function pathOfRole({ kind, metadata: { namespace } }: Role): string {
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `/apis/rbac.authorization.k8s.io/v1${scope}/${kind.toLowerCase()}s`;
}
