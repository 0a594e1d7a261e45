/** Asks registries about logins before they are written, and reports the answers. */
import type { CollectedEntry, CollectedLogins } from '../credentials/collect.ts';
import { UserError } from '../errors.ts';
import { type Hint, prose } from '../line/hint.ts';
import type { Printer } from '../output/printer.ts';
import { withProgress } from '../output/progress.ts';
import { describeVerdict, reachHint } from '../output/verdict-printer.ts';
import { createRegistryClient, type RegistryFlags } from '../registry/registry-client.ts';
import { displayServer } from '../secret/display-server.ts';
import type { Io } from '../system/io.ts';
import { agreeTo, promptPassword } from '../system/prompt.ts';
import { assignLogin } from '../verify/login-permission.ts';
import { consequence, type Rejection, rejectedLogins } from '../verify/refused-login.ts';
import type { Verdict } from '../verify/verdict.ts';

interface CheckContext {
  readonly options: RegistryFlags;
  readonly io: Io;
  readonly printer: Printer;
}

export interface CheckRules {
  /**
   * What is needed to write a login without a question: that its registry accepts it, that it has answered (some ask for no login),
   * or only that it does not reject it.
   */
  readonly needs: 'acceptance' | 'answer' | 'no rejection';
  /** Whether `--verify` was typed. */
  readonly isWanted?: boolean;
  /** Whether registries are also asked without `--verify`. Else only about a login that was typed just now. */
  readonly isUsual?: boolean;
  /** Set in a dry run, whose password may not be valid yet: the same line without the check. */
  readonly rehearsed?: Hint | undefined;
}

/** How often the user may type a password. */
const TRIES = 3;

/**
 * The logins of `collected` that may be written. A typed password that its registry rejects is asked for again. Throws UserError
 * unless every registry accepts its login, or the user chooses to write it although it cannot be checked.
 */
export async function checkLogins(
  { entries, prompted: isTyped }: CollectedLogins,
  rules: CheckRules,
  { options, io, printer }: CheckContext,
): Promise<readonly CollectedEntry[]> {
  const client = await createRegistryClient(options, { from: 'person' }, io);
  const ask: AskRegistry = ({ server, credential }) =>
    client.verify({ server, login: assignLogin(credential, { key: server, owner: 'person' }) });
  try {
    const verdicts = await withProgress(
      () => 'checking registries',
      io,
      () => Promise.all(entries.map(ask)),
    );
    const [first, ...others] = isTyped ? [] : entries.flatMap((entry, index) => rejection(entry, verdicts[index]));
    const isWanted = rules.isWanted && !rules.isUsual;
    if (first !== undefined) throw rejectedLogins([first, ...others], { ...rules, isTyped, isWanted });
    const settled: CollectedEntry[] = [];
    for (const [index, entry] of entries.entries()) {
      const verdict = verdicts[index];
      if (verdict === undefined) continue;
      // A login for several registries is not asked for again at each: the corrected one is tried first.
      const credential = settled.at(-1)?.credential;
      const isRetyped = verdict.kind === 'rejected' && credential?.password !== entry.credential.password;
      const tried = credential !== undefined && isRetyped ? { ...entry, credential } : entry;
      const by = { ...rules, isTyped, io, printer, ask };
      settled.push(await settle(tried, tried === entry ? verdict : await ask(tried), by));
    }
    return settled;
  } finally {
    client.close();
  }
}

function rejection(login: CollectedEntry, verdict: Verdict | undefined): Rejection[] {
  return verdict?.kind === 'rejected' ? [{ login, sentence: sentenceFor(login, verdict) }] : [];
}

function sentenceFor({ server }: CollectedEntry, verdict: Verdict): string {
  return `${displayServer(server)} ${describeVerdict(verdict)}`;
}

type AskRegistry = (entry: CollectedEntry) => Promise<Verdict>;

interface Settlement extends CheckRules {
  /** Whether the user has typed the password just now. */
  readonly isTyped: boolean;
  readonly io: Io;
  readonly printer: Printer;
  readonly ask: AskRegistry;
}

async function settle(entry: CollectedEntry, verdict: Verdict, by: Settlement, tries = 1): Promise<CollectedEntry> {
  const { isTyped, rehearsed, needs, io, printer, ask } = by;
  if (verdict.kind === 'accepted') return entry;
  const sentence = sentenceFor(entry, verdict);
  if (verdict.kind === 'rejected') {
    if (tries === TRIES) throw rejectedLogins([{ login: entry, sentence }], { isTyped, rehearsed });
    printer.warn(`${sentence}; type the password again`);
    const { username } = entry.credential;
    const again = { ...entry, credential: { username, password: await promptPassword(io) } };
    return settle(again, await ask(again), by, tries + 1);
  }
  const isNone = verdict.kind === 'anonymous' || verdict.kind === 'not asked';
  if (needs === 'no rejection' || (needs === 'answer' && isNone)) printer.warn(sentence);
  else {
    const isWanted = by.isWanted && !isTyped;
    const unchecked = `${isWanted ? 'leave out --verify' : 'add --no-verify'} to write the login unchecked`;
    const reach = reachHint(verdict, entry.server);
    const later = isWanted ? prose`run the command again later, or ${unchecked}` : prose`${unchecked}`;
    const details = reach === undefined ? [] : [unchecked];
    const refusal = new UserError(`${sentence}; ${consequence(rehearsed)}`, reach ?? later, details);
    await agreeTo(`${sentence}. Write the login unchecked?`, io, refusal);
  }
  return entry;
}
