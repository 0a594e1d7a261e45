/** The rules that make findings of facts, one small function each. No rule claims what is not in the facts. */
import type { ContentEntry, Contents } from '../secret/contents.ts';
import { exampleImage } from '../secret/coverage.ts';
import { shownServer } from '../secret/display-server.ts';
import { endsIn } from '../secret/expiry.ts';
import { isAnonymous, matchesImage } from '../secret/keyring.ts';
import { holdsOldLogin } from '../secret/last-applied.ts';
import { DATA_KEY, isPullSecretType, type Secret } from '../secret/secret.ts';
import { serverProblem } from '../secret/server.ts';
import { finished, STEP_ENTRIES } from '../secret/steps.ts';
import { rfc3339 } from '../text/time.ts';
import { type Finding, finding } from './finding.ts';
import type { FindingObject, SecretFacts } from './finding-record.ts';

export interface SecretRuleFacts {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly secrets: readonly SecretFacts[];
}

/** Everything that is wrong, errors first, otherwise in the order of the facts. */
export function diagnose(facts: SecretRuleFacts): Finding[] {
  return finished(diagnoseInSteps(facts));
}

/** {@link diagnose} as a generator that yields after every few hundred entries. */
export function* diagnoseInSteps({ now, secrets }: SecretRuleFacts): Generator<void, Finding[]> {
  const findings: Finding[] = [];
  for (const facts of secrets) {
    for (const rule of SECRET_RULES) {
      for (const part of partsFor(rule, facts)) {
        for (const found of rule(part, now)) findings.push(found);
        if (facts.contents.entries.length > STEP_ENTRIES) yield;
      }
    }
    const isHeld = yield* holdsOldLogin(facts.secret, facts.contents);
    if (isHeld) findings.push(finding('login-in-annotation', refOf(facts.secret), {}));
  }
  return findings.toSorted((one, other) => rank(one) - rank(other));
}

/** The entries in parts, for a rule that looks at each entry by itself. Any other rule gets all entries at once. */
function partsFor(rule: SecretRule, facts: SecretFacts): readonly SecretFacts[] {
  const { entries } = facts.contents;
  if (!ENTRY_RULES.has(rule) || entries.length <= STEP_ENTRIES) return [facts];
  return Array.from({ length: Math.ceil(entries.length / STEP_ENTRIES) }, (_, index) => {
    const part = entries.slice(index * STEP_ENTRIES, (index + 1) * STEP_ENTRIES);
    return { ...facts, contents: { ...facts.contents, entries: part } };
  });
}

function rank({ severity }: Finding): number {
  return severity === 'error' ? 0 : 1;
}

/** A credential that expires within this time is a finding. */
const SOON_MS = 24 * 3_600_000;

type SecretRule = (facts: SecretFacts, now: number) => Finding[];

const SECRET_RULES: readonly SecretRule[] = [
  wrongType,
  noPayload,
  wrongFormat,
  unreadable,
  withoutLogin,
  anonymousEntries,
  servers,
  shadowedEntries,
  sameKeys,
  whiteSpace,
  ignoredLogins,
  expiries,
];

/** The rules that look at each entry by itself. */
const ENTRY_RULES: ReadonlySet<SecretRule> = new Set([anonymousEntries, servers, whiteSpace, ignoredLogins]);

function wrongType({ secret, contents }: SecretFacts): Finding[] {
  const { type, dataKey } = contents;
  if (isPullSecretType(type)) return [];
  return [finding('wrong-type', refOf(secret), { type, dataKey })];
}

function noPayload({ secret, contents }: SecretFacts): Finding[] {
  const { type } = contents;
  if (!isPullSecretType(type) || isInPlace(contents)) return [];
  return [finding('no-payload', refOf(secret), { type, dataKey: DATA_KEY[type] })];
}

function wrongFormat({ secret, contents }: SecretFacts): Finding[] {
  const { type, format: form } = contents;
  if (!isInPlace(contents) || form === undefined || form === type) return [];
  return [finding('wrong-format', refOf(secret), { type, form })];
}

/** Whether the kubelet looks at the content (secrets.go `MakeDockerKeyring`). */
function isInPlace({ type, dataKey }: Contents): boolean {
  return isPullSecretType(type) && dataKey === DATA_KEY[type];
}

/** Where the kubelet stops decoding. Entries after the first that fails are named as well, because they would be next. */
function unreadable({ secret, contents }: SecretFacts): Finding[] {
  const { entries, failure } = contents;
  const ignored = isInPlace(contents) ? {} : ({ ignored: true } as const);
  const failures = entries.flatMap(({ server, error }) => (error === undefined ? [] : [{ server, error }]));
  // The kubelet decodes both of two members with one name, but only the last is an entry.
  if (failure?.server !== undefined && !failures.some(({ server }) => server === failure.server)) {
    failures.unshift({ server: failure.server, error: failure.error });
  }
  const failed = failures.map(({ server, error }) =>
    finding('unreadable-entry', refOf(secret), { server: shownServer(server), error, ...ignored }),
  );
  if (failure === undefined || failure.server !== undefined) return failed;
  return [finding('unreadable-payload', refOf(secret), { error: failure.error, ...ignored }), ...failed];
}

function withoutLogin({ secret, contents }: SecretFacts): Finding[] {
  const { dataKey, entries, moreEntries, failure, helpers } = contents;
  // One of the entries that are not kept may be a login.
  if (dataKey === undefined || failure !== undefined || moreEntries !== undefined) return [];
  const logins = entries.filter(({ login, hasToken }) => hasToken || (login !== undefined && !isEmpty(login)));
  if (logins.length > 0) return [];
  if (helpers.length > 0) return [finding('credential-store', refOf(secret), { helpers })];
  return entries.length === 0 ? [finding('no-login', refOf(secret), {})] : [];
}

function anonymousEntries({ secret, contents }: SecretFacts): Finding[] {
  return contents.entries.flatMap(({ server, login, hasToken }) => {
    if (login === undefined || !isAnonymous(login)) return [];
    const name = { server: shownServer(server) };
    if (hasToken) return [finding('identity-token', refOf(secret), name)];
    if (isEmpty(login)) return [finding('empty-entry', refOf(secret), name)];
    const missing = login.username === '' ? 'user name' : 'password';
    return [finding('incomplete-entry', refOf(secret), { ...name, missing })];
  });
}

function servers({ secret, contents }: SecretFacts): Finding[] {
  return contents.entries.flatMap(({ server }) => {
    const problem = serverProblem(server);
    if (problem === undefined) return [];
    const { opensNothing, ...rest } = problem;
    return [
      finding(opensNothing ? 'opens-nothing' : 'unusual-server', refOf(secret), {
        server: shownServer(server),
        ...rest,
      }),
    ];
  });
}

/** When another key matches, the kubelet skips the entry `index.docker.io` (keyring.go `Lookup`). */
function shadowedEntries({ secret, contents: { entries } }: SecretFacts): Finding[] {
  const hub = entries.find(({ key }) => key === 'index.docker.io');
  if (hub === undefined) return [];
  return entries
    .filter(({ server, key }) => key !== undefined && opensDockerHub(key) && exampleImage(server) !== undefined)
    .map(({ server }) =>
      finding('shadowed-entry', refOf(secret), { server: shownServer(hub.server), by: shownServer(server) }),
    );
}

function opensDockerHub(key: string): boolean {
  // The path does not matter: some image is below it.
  const [host = ''] = key.split('/', 1);
  return matchesImage(host, 'docker.io/library/nginx');
}

function sameKeys({ secret, contents }: SecretFacts): Finding[] {
  const byKey = Map.groupBy(contents.entries, ({ key }) => key);
  return [...byKey].flatMap(([key, entries]) => {
    if (key === undefined || entries.length < 2 || !differ(entries)) return [];
    return [finding('same-key', refOf(secret), { key, servers: entries.map(({ server }) => shownServer(server)) })];
  });
}

/** The same login twice does no harm, in whatever order it is tried. */
function differ([first, ...rest]: readonly ContentEntry[]): boolean {
  return rest.some(
    ({ login }) => login?.username !== first?.login?.username || login?.password !== first?.login?.password,
  );
}

/** `echo` adds a newline to what base64 encodes. A trailing space comes from copying. */
function whiteSpace({ secret, contents }: SecretFacts): Finding[] {
  return contents.entries.flatMap(({ server, login }) => {
    const field = login === undefined || isAnonymous(login) ? undefined : fieldWithSpace(login);
    return field === undefined ? [] : [finding('white-space', refOf(secret), { server: shownServer(server), field })];
  });
}

/** Somebody may have changed the password in the ignored field, or an old one is left there. */
function ignoredLogins({ secret, contents }: SecretFacts): Finding[] {
  return contents.entries
    .filter(({ hasOtherLogin }) => hasOtherLogin)
    .map(({ server }) => finding('ignored-login', refOf(secret), { server: shownServer(server) }));
}

function fieldWithSpace({ username, password }: { username: string; password: string }) {
  if (username !== username.trim()) return 'user name';
  return password === password.trimEnd() ? undefined : 'password';
}

function expiries({ secret, contents }: SecretFacts, now: number): Finding[] {
  const endOf = endsIn(secret);
  return contents.entries.flatMap((entry) => {
    const end = endOf(entry);
    if (end === undefined || end.at > now + SOON_MS) return [];
    const { at, by } = end;
    const time = rfc3339(at);
    return [
      finding(at <= now ? 'expired' : 'expires-soon', refOf(secret), {
        server: shownServer(entry.server),
        at: time,
        by,
      }),
    ];
  });
}

function isEmpty({ username, password }: { username: string; password: string }): boolean {
  return username === '' && password === '';
}

function refOf({ metadata: { namespace, name = '' } }: Secret): FindingObject {
  return { kind: 'Secret', namespace, name };
}
