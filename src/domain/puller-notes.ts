/** What is worth a word about a pod or template and its Secrets, beside the causes: none of it keeps an image away by itself. */
import { type AppliedList, accountOf, appliedList } from './applied-list.ts';
import { diagnose } from './diagnose.ts';
import { type Finding, finding, withSeverity } from './finding.ts';
import type { Judgement } from './judgement.ts';
import { nearMiss } from './near-miss.ts';
import type { ObjectRef } from './object-ref.ts';
import { objectOf } from './pull-case.ts';
import type { Puller, PullFacts } from './pull-facts.ts';
import { listedNames } from './pull-spec.ts';
import { hideUserInfo } from './server.ts';
import { secretKey } from './usage.ts';

/** `judgements` are those of all its images; what they say is not said again. */
export function notesOn(puller: Puller, judgements: readonly Judgement[], facts: PullFacts): Finding[] {
  const said = new Set(judgements.flatMap(({ cause, notes }) => [cause, ...notes]).map(findingKey));
  const applied = judgements[0]?.applied ?? appliedList(puller, facts);
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
  const { ref, way } = puller;
  const isEmpty = writtenList(puller, facts).some((entry) => listedNames([entry]).length === 0);
  return isEmpty ? [finding('empty-name', objectOf(ref), { way })] : [];
}

/** pkg/api/pod/warnings.go */
function duplicateNames({ puller, facts }: Noted): Finding[] {
  const { ref, way } = puller;
  const names = listedNames(writtenList(puller, facts));
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...twice].map((secret) => finding('duplicate-name', objectOf(ref), { secret, way }));
}

/** The list that stands in the object itself. */
function writtenList(puller: Puller, facts: PullFacts): readonly unknown[] {
  const account = puller.ref.kind === 'ServiceAccount' ? accountOf(puller, facts) : undefined;
  return puller.list ?? (account?.is === 'there' ? account.list : undefined) ?? [];
}

/** Several logins under one key, of which all but one are tried in vain. */
function differentCredentials({ puller: { ref, way }, applied, facts }: Noted): Finding[] {
  const entries = applied.names.flatMap((name) => {
    const state = facts.secrets.get(secretKey(ref.namespace, name));
    const entries = state?.is === 'there' ? state.contents.entries : [];
    // What cannot be decoded is not tried.
    return entries.flatMap((entry) => (entry.login === undefined ? [] : [{ ...entry, secret: name }]));
  });
  const byKey = Map.groupBy(entries, ({ key }) => key);
  return [...byKey].flatMap(([key, same]) => {
    const logins = new Map(
      same.map((entry) => [JSON.stringify([entry.login?.username, entry.login?.password]), entry]),
    );
    const secrets = new Set(same.map(({ secret }) => secret));
    if (key === undefined || logins.size < 2 || secrets.size < 2) return [];
    const different = [...logins.values()];
    return [
      finding('different-credentials', objectOf(ref), {
        server: hideUserInfo(different[0]?.server ?? key),
        secrets: different.map(({ secret }) => secret),
        usernames: different.map(({ login }) => login?.username ?? ''),
        way,
      }),
    ];
  });
}

/** Of a Secret's entries only those count that have to do with an image at hand. */
function secretNotes({ puller: { ref, images }, applied, judgements, facts }: Noted): Finding[] {
  return applied.names.flatMap((name) => {
    const state = facts.secrets.get(secretKey(ref.namespace, name));
    if (state?.is === 'missing') return [missing(name, ref)];
    if (state?.is !== 'there') return [];
    const found = diagnose({ now: facts.now, secrets: [state] });
    const isStore = found.some(({ code }) => code === 'credential-store');
    return found.filter((one) => {
      // A credential store leaves such entries.
      if (isStore && one.code === 'empty-entry') return false;
      if (!('server' in one.arguments)) return true;
      const { server } = one.arguments;
      const tried = judgements.some(({ trial }) =>
        trial.candidates.some((candidate) => candidate.secret === name && candidate.server === server),
      );
      // What matches does no harm, however it is written.
      if (tried && one.code === 'unusual-server') return false;
      return tried || images.some(({ image }) => nearMiss(server, image) !== undefined);
    });
  });
}

/** Where there is one to be copied matters only where it is the cause. */
function missing(name: string, { namespace }: ObjectRef): Finding {
  return finding('missing-secret', { kind: 'Secret', ...(namespace === '' ? {} : { namespace }), name }, {});
}
