/** Pods and templates with what becomes of their images, and what is to be asked to know more. */
import { finding } from '../findings/catalog.ts';
import { type Finding, withSeverity } from '../findings/finding.ts';
import { nearMiss } from '../keyring/coverage.ts';
import { shownServer } from '../keyring/display-server.ts';
import { type Question, questionKey } from '../verify/question.ts';
import type { ManifestRef } from '../workloads/object-ref.ts';
import { listedNames } from '../workloads/pull-spec.ts';
import { secretKey } from '../workloads/references.ts';
import { type AppliedList, accountOf, effectiveList } from './effective-list.ts';
import type { Puller, PullFacts } from './facts.ts';
import { objectOf } from './image-pull.ts';
import { type Judgement, judge, questionsAbout } from './judgement.ts';

export interface PullerReport {
  readonly puller: Puller;
  /** One for each image. */
  readonly judgements: readonly Judgement[];
  readonly notes: readonly Finding[];
}

export function reportOn(puller: Puller, facts: PullFacts): PullerReport {
  const judgements = puller.images.map((use) => judge(puller, use, facts));
  return { puller, judgements, notes: notesOn(puller, judgements, facts) };
}

/** What is worth asking registries now; once it is answered there may be more. Each question once. */
export function openQuestions(pullers: readonly Puller[], facts: PullFacts): Question[] {
  if (!facts.online) return [];
  const open = pullers.flatMap((puller) => puller.images.flatMap((use) => questionsAbout(puller, use, facts)));
  return [...new Map(open.map((question) => [questionKey(question), question])).values()];
}

/** `judgements` are those of all its images; what they say is not said again. */
export function notesOn(puller: Puller, judgements: readonly Judgement[], facts: PullFacts): Finding[] {
  const said = new Set(judgements.flatMap(({ cause, notes }) => [cause, ...notes]).map(findingKey));
  const applied = effectiveList(puller, facts);
  const rules = [emptyName, duplicateNames, differentCredentials, ...(judgements.length === 0 ? [] : [secretNotes])];
  const found = rules.flatMap((rule) => rule({ puller, applied, judgements, facts }));
  return found.filter((one) => !said.has(findingKey(one))).map((one) => withSeverity(one, 'warning'));
}

/** The same for two findings that say the same. */
export function findingKey(found: Finding | undefined): string {
  if (found === undefined) return '';
  // What else is known makes no other finding of these.
  const args = ['missing-secret', 'empty-name'].includes(found.code) ? {} : found.arguments;
  return JSON.stringify([found.code, found.object, args]);
}

interface Noted {
  readonly puller: Puller;
  readonly applied: AppliedList;
  readonly judgements: readonly Judgement[];
  readonly facts: PullFacts;
}

/** pkg/api/pod/warnings.go */
function emptyName({ puller, facts }: Noted): Finding[] {
  const { ref, remedy } = puller;
  const isEmpty = writtenList(puller, facts).some((entry) => listedNames([entry]).length === 0);
  return isEmpty ? [finding('empty-name', objectOf(ref), { remedy })] : [];
}

/** pkg/api/pod/warnings.go */
function duplicateNames({ puller, facts }: Noted): Finding[] {
  const { ref, remedy } = puller;
  const names = listedNames(writtenList(puller, facts));
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...twice].map((secret) => finding('duplicate-name', objectOf(ref), { secret, remedy }));
}

/** The list that stands in the object itself. */
function writtenList(puller: Puller, facts: PullFacts): readonly unknown[] {
  const account = puller.ref.kind === 'ServiceAccount' ? accountOf(puller, facts) : undefined;
  return puller.imagePullSecrets ?? (account?.status === 'there' ? account.imagePullSecrets : undefined) ?? [];
}

/** Several logins under one key, of which all but one are tried in vain. */
function differentCredentials({ puller: { ref, remedy }, applied, facts }: Noted): Finding[] {
  const entries = applied.names.flatMap((name) => {
    const state = facts.secrets.get(secretKey(ref.namespace, name));
    const entries = state?.status === 'there' ? state.contents.entries : [];
    // What cannot be decoded is not tried.
    return entries.flatMap((entry) => (entry.login === undefined ? [] : [{ ...entry, secret: name }]));
  });
  const byKey = Map.groupBy(entries, ({ key }) => key);
  return [...byKey].flatMap(([key, same]) => {
    const byLogin = Map.groupBy(same, ({ login }) => JSON.stringify([login?.username, login?.password]));
    const secrets = new Set(same.map(({ secret }) => secret));
    if (key === undefined || byLogin.size < 2 || secrets.size < 2) return [];
    // Of a login that is there twice, the first is tried.
    const different = [...byLogin.values()].flatMap(([first]) => first ?? []);
    return [
      finding('different-credentials', objectOf(ref), {
        server: shownServer(different[0]?.server ?? key),
        secrets: different.map(({ secret }) => secret),
        usernames: different.map(({ login }) => login?.username ?? ''),
        remedy,
      }),
    ];
  });
}

/** Of a Secret's entries only those count that have to do with an image at hand. */
function secretNotes({ puller: { ref, images }, applied, judgements, facts }: Noted): Finding[] {
  return applied.names.flatMap((name) => {
    const state = facts.secrets.get(secretKey(ref.namespace, name));
    if (state?.status === 'missing') return [missing(name, ref)];
    if (state?.status !== 'there') return [];
    const isStore = state.findings.some(({ code }) => code === 'credential-store');
    return state.findings.filter((one) => {
      // A credential store leaves such entries.
      if (isStore && one.code === 'empty-entry') return false;
      if (!('server' in one.arguments)) return true;
      const { server } = one.arguments;
      const tried = judgements.some(({ attempt }) =>
        attempt.candidates.some((candidate) => candidate.secret === name && candidate.server === server),
      );
      // What matches does no harm, however it is written.
      if (tried && one.code === 'unusual-server') return false;
      return tried || images.some(({ image }) => nearMiss(server, image) !== undefined);
    });
  });
}

/** Where there is one to be copied matters only where it is the cause. */
function missing(name: string, { namespace }: ManifestRef): Finding {
  return finding('missing-secret', { kind: 'Secret', namespace: namespace || undefined, name }, {});
}
