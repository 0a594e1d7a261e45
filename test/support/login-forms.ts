/** Compares the logins that each form of a command takes with those that docker and podman would send. */

import { convertToHostname, isWebLoginToken, serverOf as serverOfKey } from '../../src/credentials/config-key.ts';
import { fromFiles } from '../../src/credentials/login-files.ts';
import { fromLogins } from '../../src/credentials/logins.ts';
import type { Login, SourceResult } from '../../src/credentials/source.ts';
import { UserError } from '../../src/errors.ts';
import { DOCKER_HUB, displayServer } from '../../src/secret/display-server.ts';
import { credentialOf } from '../../src/secret/docker-config.ts';
import { CANARY, holdsCanary } from './canary.ts';
import { shownHint } from './hints.ts';
import { fakeIo } from './io.ts';
import { CONFIG, type LoginCase } from './login-cases.ts';
import type { LoginMachine } from './login-machine.ts';
import type { Answer, OracleLogin } from './login-oracle.ts';

export type Counts = Record<string, number>;

export interface Compared {
  readonly one: LoginCase;
  readonly machine: LoginMachine;
  readonly answer: Answer;
  /** Asks the oracle often enough to get every login that may be chosen at random. */
  readonly again: () => Promise<Answer>;
}

/** A credential as text, `none`, or `error`. */
type Outcome = string;

/** Throws where a form takes another login than docker and podman. */
export async function compareForms(compared: Compared, where: string, counts: Counts): Promise<void> {
  const { one, machine, answer } = compared;
  const { io, said } = listening(machine);
  const differences: string[] = [];
  let often: Promise<Answer> | undefined;
  const check = async (form: string, index: number, got: Outcome, of: (answer: Answer) => readonly Outcome[]) => {
    const kind = got === 'none' || got === 'error' ? got : 'found';
    count(counts, `${form}: ${kind}`);
    if (of(answer).includes(got)) return;
    often ??= compared.again();
    const { machine: onMachine, file } = await often;
    const expected = of(await often);
    const ofPodman = [onMachine, file].flatMap(({ podman }) => outcomes(podman[index]));
    const difference = { form, name: one.names[index] ?? '', got, expected, ofPodman, one };
    const reason = expected.includes(got) ? `${form}: any of several` : intended(difference);
    if (reason !== undefined) count(counts, reason);
    else differences.push(`${form} ${difference.name}: ${got}, not ${expected.join(' or ')}`);
  };
  const all = await outcome(() => fromLogins({ all: true }, io), said);
  for (const [index, name] of one.names.entries()) {
    const expected = (from: Answer): readonly Outcome[] => expectedOf(one, from, index);
    const named = await outcome(() => fromLogins({ server: [serverOf(name)] }, io), said);
    await check('--server', index, named.error ?? only(named.result), expected);
    const listed = all.result?.entries.find(({ server }) => server === serverOf(name));
    if (listed !== undefined) await check('--all', index, textOf(listed), expected);
    else if (all.error === undefined && !name.includes('/'))
      await check('--all', index, 'none', (from) => withoutErrors(expected(from)));
    if (isPlainFile(one)) {
      const ofFile = await outcome(() => fromFiles([machine.expand(CONFIG)], { server: [serverOf(name)] }, io), said);
      await check('--from-file', index, ofFile.error ?? only(ofFile.result), (from) => expectedOfFile(from, index));
    }
  }
  differences.push(...confused('--all', all.result, partsOf(one)));
  if (isPlainFile(one)) {
    const file = { files: { [CONFIG]: one.files[CONFIG] ?? '' } };
    const { result } = await outcome(() => fromFiles([machine.expand(CONFIG)], {}, io), said);
    differences.push(...confused('--from-file alone', result, partsOf(file)), ...lost(result, entriesOf(file)));
    if (result !== undefined) count(counts, '--from-file alone');
  }
  if (holdsCanary(said.join('\n'))) differences.push(`a password is shown: ${said.join('\n')}`);
  if (differences.length > 0)
    throw new Error(`${where}\n${differences.join('\n')}\n${JSON.stringify(one, undefined, 1)}`);
}

/** Where a form that takes every login gives a part another login than its own, or a registry that of a part. */
function confused(form: string, result: SourceResult | undefined, parts: readonly KeyedEntry[]): string[] {
  return (result?.entries ?? []).flatMap((login) => {
    const { server } = login;
    const own = isPartKey(server)
      ? parts.some(([key, entry]) => isSlashApart(key, server) && isFrom(textOf(login), entry))
      : !parts.some(([, entry]) => isFrom(textOf(login), entry));
    return own ? [] : [`${form} has another login for ${server}: ${textOf(login)}`];
  });
}

/** The entries of a named file that are neither written nor named. */
function lost(result: SourceResult | undefined, entries: readonly KeyedEntry[]): string[] {
  if (result === undefined) return [];
  return entries.flatMap(([key, entry]) => {
    const isWritten = result.entries.some((login) => isFrom(textOf(login), entry));
    const names = [displayServer(key), `a login for ${displayServer(serverOfKey(convertToHostname(key)))} that`];
    const isNamed = result.warnings.some((warning) => names.some((name) => warning.includes(name)));
    const isToken = isWebLoginToken(key) || secretsOf(entry).length === 0;
    return isWritten || isNamed || isToken ? [] : [`--from-file loses ${key}: ${result.warnings.join('; ')}`];
  });
}

/** docker's login, or else podman's; podman's comes first where it is stored for the namespace. */
function expectedOf(one: LoginCase, { machine }: Answer, index: number): readonly Outcome[] {
  const kept = (one.names[index] ?? '').includes('/') ? partsOf(one) : [];
  return outcomes(machine.podman[index]).flatMap((login) => {
    if (kept.some(([, entry]) => isFrom(login, entry))) return [login];
    // An unreadable file is an error only where nothing else has the login.
    const last = login === 'none' && machine.fileError !== '' ? 'error' : login;
    return outcomes(machine.docker[index]).map((first) => (first === 'none' ? last : first));
  });
}

function count(counts: Counts, what: string): void {
  counts[what] = (counts[what] ?? 0) + 1;
}

/** The login from the file alone, as on a machine that has no other file. A file that docker refuses is an error. */
function expectedOfFile({ file }: Answer, index: number): readonly Outcome[] {
  if (file.fileError !== '') return ['error'];
  const [ofDocker, ofPodman] = [outcomes(file.docker[index]), outcomes(file.podman[index])];
  const [first = 'none'] = ofDocker;
  return first === 'none' ? [...ofPodman, ...ofDocker] : [...ofDocker, ...ofPodman];
}

interface Difference {
  readonly form: string;
  readonly name: string;
  readonly got: Outcome;
  readonly expected: readonly Outcome[];
  /** The result of podman's own lookup. */
  readonly ofPodman: readonly Outcome[];
  readonly one: LoginCase;
}

/** The reason of an intended difference; docs/dev/logins.md explains each. */
function intended({ form, name, got, expected, ofPodman, one }: Difference): string | undefined {
  const ofFile = entriesOf({ files: { [CONFIG]: one.files[CONFIG] ?? '' } });
  if (form === '--from-file' && ofFile.some(([, entry]) => entry.auth === undefined && isFrom(got, entry))) {
    return 'a file that is named is read with all of docker’s fields';
  }
  const parts = partsOf(one);
  const isMeant =
    // Not even podman reads a key with a slash at its end, so one that is broken is an error only here.
    parts.some(
      ([key, entry]) => isSlashApart(key, name) && (isFrom(got, entry) || (got === 'error' && key !== name)),
    ) || parts.some(([key, entry]) => !isSlashApart(key, name) && expected.some((login) => isFrom(login, entry)));
  if (isMeant) return 'a key with a path is the login of that path, and of nothing else';
  if (name.includes('/') && parts.some(([key, { auth = '' }]) => isSlashApart(key, name) && auth === '')) {
    return 'an entry of a path without a login hides nothing';
  }
  const ofWebLogin = entriesOf(one).filter(([key]) => isWebLoginToken(key));
  const isOfWebLogin = (login: Outcome): boolean =>
    login === 'error' || login === 'none' || ofWebLogin.some(([, entry]) => isFrom(login, entry));
  if (ofWebLogin.length > 0 && /^docker\.io/.test(name) && ofPodman.some(isOfWebLogin)) {
    return 'the tokens of a web login are no login for Docker Hub';
  }
  if (one.helpers.secretservice !== undefined && expected.includes('error')) {
    return 'the store of the platform that fails is a warning';
  }
  if (form === '--from-file' && got === 'error' && ofFile.length === 0) {
    return 'a file that is named and is not a docker config is refused';
  }
  return undefined;
}

type Entry = { readonly [field in 'auth' | 'username' | 'password' | 'identitytoken']?: string };

type KeyedEntry = readonly [key: string, entry: Entry];

/** The entries for parts of registries. A legacy file has none. */
function partsOf({ files: { '$HOME/.dockercfg': _, ...files } }: Pick<LoginCase, 'files'>): readonly KeyedEntry[] {
  return entriesOf({ files }).filter(([key]) => isPartKey(key));
}

/** Whether a key has a path, and not just a slash or the version of the API. */
function isPartKey(key: string): boolean {
  return /^[^/]+\/(?!v[12]\/$)[^/]/.test(key);
}

/** Whether two keys are the same, or differ in a slash at the end. */
function isSlashApart(one: string, other: string): boolean {
  const [first, second] = [one, other].map((key) => key.replace(/\/$/, ''));
  return first === second;
}

function entriesOf({ files }: Pick<LoginCase, 'files'>): readonly KeyedEntry[] {
  return Object.values(files).flatMap((text) => {
    try {
      const content = JSON.parse(text);
      const entries = Object.entries<Entry | null>(content?.auths ?? content ?? {});
      return entries.flatMap(([key, entry]) => (typeof entry === 'object' ? [[key, entry ?? {}] as const] : []));
    } catch {
      return [];
    }
  });
}

/** Whether the outcome comes from this entry. Every password and token of a case is unique. */
function isFrom(outcome: Outcome, entry: Entry): boolean {
  return secretsOf(entry).some((secret) => outcome.includes(secret));
}

function secretsOf(entry: Entry): string[] {
  const auth = Object.entries(entry).find(([name]) => name.toLowerCase() === 'auth')?.[1] ?? '';
  const texts = [entry.password ?? '', entry.identitytoken ?? '', ...decoded(auth).split(':')];
  return texts.map((text) => text.replaceAll('\0', '')).filter((text) => text.startsWith(CANARY));
}

function decoded(auth: string): string {
  try {
    return atob(auth);
  } catch {
    return '';
  }
}

function outcomes(logins: readonly OracleLogin[] = []): readonly Outcome[] {
  return logins.map((login) => {
    if (login.error !== '') return 'error';
    const credential = credentialOf(login);
    return credential === undefined ? 'none' : JSON.stringify(credential);
  });
}

function withoutErrors(all: readonly Outcome[]): readonly Outcome[] {
  return all.map((one) => (one === 'error' ? 'none' : one));
}

function textOf({ credential }: Login): Outcome {
  return JSON.stringify(credential);
}

function only(result: SourceResult | undefined): Outcome {
  const [first] = result?.entries ?? [];
  return first === undefined ? 'none' : textOf(first);
}

/** The value of `--server` as users write it. */
function serverOf(name: string): string {
  return name === 'docker.io' ? DOCKER_HUB : name;
}

/** Whether docker's file exists and holds all its logins itself, without helpers. */
function isPlainFile({ files, helpers }: LoginCase): boolean {
  return files[CONFIG] !== undefined && Object.keys(helpers).length === 0;
}

/** Runs `take` and collects all its messages in `said`. */
async function outcome(
  take: () => Promise<SourceResult>,
  said: string[],
): Promise<{ readonly result?: SourceResult; readonly error?: 'none' | 'error' }> {
  try {
    const result = await take();
    said.push(...result.warnings);
    return { result };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    said.push(
      error.message,
      ...error.details.map((detail) => (typeof detail === 'string' ? detail : (shownHint(detail) ?? ''))),
    );
    return { error: /^docker and podman have no login|^there is no login for/.test(error.message) ? 'none' : 'error' };
  }
}

function listening({ env }: LoginMachine): { readonly io: ReturnType<typeof fakeIo>; readonly said: string[] } {
  return { io: fakeIo({ env }), said: [] };
}
