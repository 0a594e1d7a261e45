import { describe, expect, test } from 'vitest';
import type { Right } from '../../../src/cluster/right.ts';
import { rulesFor } from '../../../src/commands/rbac/policy-rule.ts';
import { fc } from '../../support/fast-check.ts';

const rights = fc.array(
  fc.record({
    verb: fc.constantFrom<Right['verb']>('get', 'list', 'create', 'patch', 'delete'),
    group: fc.constantFrom('', 'apps'),
    plural: fc.constantFrom('secrets', 'pods', 'deployments'),
    names: fc.option(fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }), { nil: undefined }),
    everywhere: fc.constant(false),
  }),
);

/** Every single permission; `*` is any name. */
function allowed(rules: ReturnType<typeof rulesFor>): string[] {
  const all = rules.flatMap(({ apiGroups, resources, resourceNames = ['*'], verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.flatMap((verb) => resourceNames.map((name) => `${verb} ${group}/${resource}/${name}`)),
      ),
    ),
  );
  return [...new Set(all)].sort();
}

describe('the rules for some rights', () => {
  test('grant these and no others', () => {
    fc.assert(
      fc.property(rights, (some) => {
        const wanted = some.flatMap(({ verb, group, plural, names = ['*'] }) =>
          names.map((name) => `${verb} ${group}/${plural}/${name}`),
        );
        const any = new Set(wanted.filter((one) => one.endsWith('/*')).map((one) => one.slice(0, -1)));
        const needed = wanted.filter((one) => one.endsWith('/*') || !any.has(one.slice(0, -1)));
        expect(allowed(rulesFor(some))).toEqual([...new Set(needed)].sort());
      }),
    );
  });

  test('are few: resources with the same verbs share one, and so do verbs of the same resource', () => {
    const right = (verb: Right['verb'], plural: string): Right => ({ verb, group: '', plural, everywhere: false });
    const all = [right('list', 'pods'), right('get', 'pods'), right('get', 'secrets'), right('list', 'secrets')];
    expect(rulesFor(all)).toEqual([{ apiGroups: [''], resources: ['pods', 'secrets'], verbs: ['get', 'list'] }]);
  });
});
