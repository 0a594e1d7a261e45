/** Whether registries accept the logins in Secrets, independent of any image. */

import { isBug } from '../errors.ts';
import type { DiagnosedSecret } from '../findings/diagnosed-secret.ts';
import { type Finding, finding } from '../findings/finding.ts';
import { describeObject } from '../findings/finding-record.ts';
import type { ContentEntry } from '../secret/contents.ts';
import { type ShownServer, shownServer } from '../secret/display-server.ts';
import { sameKey } from '../secret/key.ts';
import { isAnonymous } from '../secret/keyring.ts';
import { canonicalServer, HUB_REGISTRY, registryOf } from '../secret/server.ts';
import { many, plural } from '../text/enumerate.ts';
import { rfc3339 } from '../text/time.ts';
import { assignLogin } from '../verify/login-permission.ts';
import { MAX_LOGINS_ASKED, type Question, questionKey } from '../verify/question.ts';
import { isUnasked, type Verdict } from '../verify/verdict.ts';
import { formatUsage, type SecretName, secretKey, secretName, UNUSED, type Usage } from '../workloads/references.ts';
import { type Candidate, simulatePull, triesEntry } from './attempt.ts';
import { effectiveList, isOutdated } from './effective-list.ts';
import { type Answer, isInScope, type Observation, type Puller, type PullFacts, secretIn } from './facts.ts';
import { nearName, objectOf } from './image-pull.ts';

/** The Secrets whose logins are checked without an image: the named ones, or in a scope all that some object refers to. */
export function askedSecrets({ secrets = [], usage, scope }: Observation): readonly SecretName[] {
  return scope === undefined ? secrets : [...(usage?.keys() ?? [])].map(secretName);
}

/** Each login in these Secrets once, at most MAX_LOGINS_ASKED of one Secret. Yields after each Secret. */
export function* secretQuestions(secrets: readonly SecretName[], facts: PullFacts): Generator<void, Question[]> {
  if (!facts.online) return [];
  const questions = new Map<string, Question>();
  for (const id of secrets) {
    for (const [key, question] of [...questionsIn(id, facts)].slice(0, MAX_LOGINS_ASKED)) questions.set(key, question);
    yield;
  }
  return [...questions.values()];
}

/** In words: how many servers of a Secret no registry is asked about. */
export function unaskedServers(id: SecretName, facts: PullFacts): string[] {
  const known = secretIn(facts, id);
  if (!facts.online || known === undefined) return [];
  const { moreEntries = 0 } = known.contents;
  const count = Math.max(0, questionsIn(id, facts).size - MAX_LOGINS_ASKED) + moreEntries;
  return count === 0 ? [] : [`${plural(count, 'more server')} of ${describeObject({ kind: 'Secret', ...id })}`];
}

/** In words: the Secrets whose logins are not checked, because nothing in the scope uses them. Those in `said` have findings. */
export function idleLogins({ usage, scope }: Observation, facts: PullFacts, said: ReadonlySet<string>): string[] {
  if (usage === undefined || !facts.online) return [];
  const idle = [...facts.secrets.keys()].filter(
    (key) =>
      isInScope(scope, secretName(key).namespace) &&
      !usage.has(key) &&
      !said.has(key) &&
      questionsIn(secretName(key), facts).size > 0,
  );
  const [logins, secrets] = idle.length === 1 ? ['login', 'secret'] : ['logins', 'secrets'];
  return idle.length === 0
    ? []
    : [`whether registries accept the ${logins} in ${secrets} ${many(idle)}, which nothing here uses`];
}

/** The questions about the logins of a Secret, by their keys. */
function questionsIn(id: SecretName, facts: PullFacts): Map<string, Question> {
  const questions = new Map<string, Question>();
  try {
    for (const entry of secretIn(facts, id)?.contents.entries ?? []) {
      const question = questionOf(entry);
      if (question !== undefined) questions.set(questionKey(question), question);
    }
  } catch (error) {
    // The bug occurs again in the report, which says so.
    if (!isBug(error)) throw error;
  }
  return questions;
}

/** What the registry said about the login of `entry`. Undefined when it was not asked. */
export function loginAnswer(entry: ContentEntry, { answers }: PullFacts): Answer | undefined {
  const question = questionOf(entry);
  return question === undefined ? undefined : answers.get(questionKey(question));
}

/** Logins that the registry rejects, or says nothing about. A login with one of the findings in EXPLAINS is left out. */
function loginFindings({ secret, contents, findings }: DiagnosedSecret, facts: PullFacts): Finding[] {
  if (!facts.online) return [];
  const object = objectOf({
    kind: 'Secret',
    namespace: secret.metadata.namespace ?? '',
    name: secret.metadata.name ?? '',
  });
  const known = new Set(
    findings.flatMap(({ code, arguments: args }) => (EXPLAINS.includes(code) && 'server' in args ? [args.server] : [])),
  );
  return contents.entries.flatMap((entry) => {
    const answer = loginAnswer(entry, facts);
    const server = shownServer(entry.server);
    if (answer === undefined || known.has(server)) return [];
    const at = rfc3339(answer.at);
    const { verdict } = answer;
    const silence = silenceOf(verdict);
    if (silence !== undefined) {
      const registry = registryOf(entry.server) ?? server;
      const args = { registry, reason: silence, at, unasked: isUnasked(verdict), server };
      return [finding('registry-unreachable', object, args)];
    }
    if (verdict.kind !== 'rejected') return [];
    const { username = '' } = entry.login ?? {};
    const said = { by: 'registry', at } as const;
    return [finding('credential-rejected', object, { server, username, status: verdict.status, said })];
  });
}

/** Why the registry said nothing about a login. Undefined when it did. */
function silenceOf(verdict: Verdict): string | undefined {
  if (verdict.kind === 'unreachable') return verdict.reason;
  return verdict.kind === 'rate limited' ? 'it limits the rate of requests' : undefined;
}

const EXPLAINS: readonly Finding['code'][] = ['expired', 'white-space', 'ignored-login'];

/** The question about the login of an entry, with the server that a question about an image of that registry would have. */
function questionOf({ server, login }: ContentEntry): Question | undefined {
  const host = registryOf(server);
  if (host === undefined || login === undefined || isAnonymous(login)) return undefined;
  const { username, password } = login;
  // The login is checked at its own registry, so its namespace does not matter.
  const assigned = assignLogin({ username, password }, { key: server, owner: { namespace: '' } });
  return { server: host === HUB_REGISTRY ? 'docker.io' : host, login: assigned };
}

/** Whether `puller` has an image for this entry that no other login of its list is known to open. */
export function needsEntry(puller: Puller, secret: string, server: string, facts: PullFacts): boolean {
  // A replacement of this pod gets another list.
  if (isOutdated(puller, facts)) return false;
  const { namespace } = puller.ref;
  const list = effectiveList(puller, facts).names;
  return puller.images.some(({ image }) => {
    const attempt = simulatePull(list, namespace, image, facts);
    return triesEntry(attempt, secret, server) && !attempt.candidates.some((one) => isAccepted(one, namespace, facts));
  });
}

/** Whether the registry accepts the login for the image or, when that was not asked, by itself. */
function isAccepted({ secret, server, answer }: Candidate, namespace: string, facts: PullFacts): boolean {
  if (answer !== undefined) return answer.verdict.kind === 'accepted';
  const { entries = [] } = secretIn(facts, { namespace, name: secret })?.contents ?? {};
  const entry = entries.find((one) => shownServer(one.server) === server);
  return entry !== undefined && loginAnswer(entry, facts)?.verdict.kind === 'accepted';
}

/** A function that tells whose login `namespace` has for a server. Undefined for none, or the logins of several users. */
export function usersIn(namespace: string | undefined, { secrets }: PullFacts): (server: string) => string | undefined {
  const entries = [...secrets].flatMap(([key, state]) =>
    state.status === 'there' && secretName(key).namespace === namespace ? state.contents.entries : [],
  );
  return (server) => {
    const users = entries.flatMap(({ server: own, login }) =>
      login !== undefined && !isAnonymous(login) && sameKey(canonicalServer(server), own) ? [login.username] : [],
    );
    const [user, ...others] = new Set(users);
    return others.length === 0 ? user : undefined;
  };
}

/** What is wrong with a Secret. Nothing if it may not be read. `usage` is left out when the users are not known. */
export function secretFindings(id: SecretName, facts: PullFacts, usage?: ReadonlyMap<string, Usage>): Finding[] {
  const key = secretKey(id.namespace, id.name);
  const state = facts.secrets.get(key);
  const users = formatUsage(usage?.get(key) ?? UNUSED);
  const object = objectOf({ kind: 'Secret', ...id });
  if (state?.status === 'missing') {
    const near = nearName(id, facts);
    return [
      finding('missing-secret', object, {
        near,
        elsewhere: state.elsewhere,
        usedBy: users.length === 0 ? undefined : users,
      }),
    ];
  }
  if (state?.status !== 'there') return [];
  const isAdded = facts.added?.get(id.namespace)?.some(({ name }) => name === id.name) ?? false;
  const isUnused = usage !== undefined && users.length === 0 && facts.sources?.has(key) !== true && !isAdded;
  const unused = isUnused ? [finding('unused-secret', object, {})] : [];
  const found = state.findings.map((one) =>
    one.code === 'stale-copy'
      ? finding(one.code, object, { ...one.arguments, refusedBy: refusedBy(state, facts) })
      : one,
  );
  return [...found, ...loginFindings(state, facts), ...unused];
}

/** A registry that rejects the login in the source of a copy, but accepts the one in the copy. */
function refusedBy({ copyOf, contents }: DiagnosedSecret, facts: PullFacts): ShownServer | undefined {
  const source = copyOf && secretIn(facts, copyOf);
  if (source === undefined) return undefined;
  const isSaid = (entry: ContentEntry, kind: Verdict['kind']) => loginAnswer(entry, facts)?.verdict.kind === kind;
  const refused = source.contents.entries.filter((entry) => isSaid(entry, 'rejected'));
  const good = contents.entries.filter((entry) => isSaid(entry, 'accepted'));
  const worse = refused.find(({ server }) => good.some((entry) => sameKey(entry.server, server)));
  return worse && shownServer(worse.server);
}
