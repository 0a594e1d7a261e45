/** What is wrong with a Secret, whoever pulls with it. */
import { closest } from './closest.ts';
import { diagnose } from './diagnose.ts';
import { type Finding, finding } from './finding.ts';
import { loginFindings } from './login-check.ts';
import { objectOf } from './pull-case.ts';
import type { PullFacts } from './pull-facts.ts';
import { formatUsage, type SecretName, secretKey, UNUSED, type Usage } from './usage.ts';

/** Nothing of one that may not be read. `usage` is left out where nobody looked, or may look. */
export function secretFindings(id: SecretName, facts: PullFacts, usage?: ReadonlyMap<string, Usage>): Finding[] {
  const key = secretKey(id.namespace, id.name);
  const state = facts.secrets.get(key);
  const users = formatUsage(usage?.get(key) ?? UNUSED);
  const object = objectOf({ kind: 'Secret', ...id });
  if (state?.is === 'missing') {
    const near = closest(id.name, facts.others.get(id.namespace) ?? []);
    return [
      finding('missing-secret', object, {
        ...(near === undefined ? {} : { near }),
        ...(state.elsewhere === undefined ? {} : { elsewhere: state.elsewhere }),
        ...(users.length === 0 ? {} : { usedBy: users }),
      }),
    ];
  }
  if (state?.is !== 'there') return [];
  const unused = usage !== undefined && users.length === 0 ? [finding('unused-secret', object, {})] : [];
  return [...diagnose({ now: facts.now, secrets: [state] }), ...loginFindings(state, facts), ...unused];
}
