/** Compares, for one generated registry, the result of containerd, our verdict, and how often each client sent the password. */
import type { AskedRegistry } from './ask-registry.ts';
import type { RegistryCase } from './registry-cases.ts';
import { type Compared, DIFFERENCES, type Difference, outcomeOf } from './registry-differences.ts';
import type { NodeAnswer } from './registry-oracle.ts';
import { DISTRIBUTION } from './registry-program.ts';

export type Counts = Record<string, number>;

/** The unintended difference of a case as a text; undefined when there is none. */
export function differenceOf(
  one: RegistryCase,
  node: NodeAnswer,
  asked: AskedRegistry,
  counts: Counts,
): string | undefined {
  const compared = comparedOf(one, node, asked);
  const problems: readonly (readonly [Difference['about'], string | undefined])[] = [
    ['pull', pullProblem(compared)],
    ['login', loginProblem(compared)],
    ['sends', sendProblem(compared)],
  ];
  const left = problems.filter(([about, problem]) => {
    if (problem === undefined) return false;
    const meant = DIFFERENCES.find((known) => known.about === about && known.applies(compared, one.program));
    if (meant !== undefined) count(counts, `on purpose: ${meant.title}`);
    return meant === undefined;
  });
  count(counts, classOf(compared));
  if (left.length === 0) return undefined;
  const [, problem] = left[0] ?? [];
  return [
    `${problem}: ${one.login}${one.withImage ? '' : ' alone'}, ${JSON.stringify(changed(one.program))}`,
    `  we: ${JSON.stringify(asked.verdict)}: ${asked.seen.requests.join(', ')}`,
    `  containerd: ${node.resolve.message || node.fetch.message}: ${node.pull.requests.join(', ')}`,
    `  go-containerregistry: ${node.login.message || node.login.kind}: ${node.check.requests.join(', ')}`,
  ].join('\n');
}

function comparedOf(one: RegistryCase, node: NodeAnswer, { verdict, seen }: AskedRegistry): Compared {
  return {
    ...{ one, verdict, node: node.outcome, ours: outcomeOf(verdict), isResolved: node.resolve.kind === 'ok' },
    ...{ check: node.login, sends: seen.passwords, nodeSends: node.pull.passwords, checkSends: node.check.passwords },
  };
}

function count(counts: Counts, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

function classOf({ one, node, check, verdict: { kind } }: Compared): string {
  return one.withImage ? `${node}: ${kind}` : `login alone, ${check.kind}: ${kind}`;
}

function pullProblem({ one, node, ours }: Compared): string | undefined {
  return !one.withImage || node === ours ? undefined : `containerd: ${node}, we: ${ours}`;
}

/** A wrong statement about the login itself, which a pull does not show. */
function loginProblem({ check, verdict, one: { program, login, withImage } }: Compared): string | undefined {
  const { kind } = verdict;
  if (kind === 'no access' && login === 'wrong') return 'a wrong login is said to be known';
  if (kind === 'rejected' && login !== 'wrong') return 'a good login is said to be rejected';
  if (kind === 'accepted' && login === 'wrong') return 'a wrong login is said to be accepted';
  const isSame = kind === 'anonymous' && verdict.why === 'same answer';
  if (isSame && program.tokens.anonymous !== 'token') return 'a login is said to get what nobody gets';
  if (withImage || login === 'none') return undefined;
  const isAlike = (kind === 'accepted' || kind === 'anonymous') === (check.kind === 'ok');
  return isAlike ? undefined : `go-containerregistry: ${check.kind} ${check.status || ''}, we: ${kind}`;
}

function sendProblem({ one, sends, nodeSends, checkSends }: Compared): string | undefined {
  const most = one.withImage ? nodeSends : Math.max(checkSends, nodeSends, 1);
  return sends <= most ? undefined : `${sends} sends of the password, and ${most} of the client`;
}

/** The parts of `program` that differ from the default. */
function changed(program: object, usual: object = DISTRIBUTION): object {
  return Object.fromEntries(
    Object.entries(program).flatMap(([name, value]) => {
      const other = (usual as Record<string, unknown>)[name];
      if (JSON.stringify(value) === JSON.stringify(other)) return [];
      if (other === undefined && (value === false || JSON.stringify(value).length === 2)) return [];
      const isObject =
        typeof value === 'object' && value !== null && !Array.isArray(value) && typeof other === 'object';
      return [[name, isObject ? changed(value, other as object) : value]];
    }),
  );
}
