/** Words of a command line that are repeated in a proposed one, as long as none of them can be a password at the wrong place. */
import { type Command, flagWords, words } from './command.ts';
import { isObjectName } from './object-name.ts';

/** Flags that say where. */
export const SCOPE_FLAGS: readonly string[] = ['-n', '--namespace', '--context'];
/** Flags without a value. */
const BARE: readonly string[] = [
  ...['-A', '--all-namespaces', '--all-serviceaccounts', '--used', '--force', '--no-checks', '--no-verify'],
  ...['--restart', '--all', '--password-stdin', '--strict', '--yes', '--owned'],
  ...['--errors', '-R', '--recursive', '-v', '--verbose', '--offline', '--problems', '--watch', '--write', '--reveal'],
  ...['--dry-run=client', '--dry-run=server'],
];
/** Flags whose value shows what is meant, and which say it in every error, too. Contexts and files have names of any form. */
const SHOWN: readonly string[] = [
  ...['--context', '--server', '--from-file', '--filename', '--secret-file', '--registry-ca', '--image'],
  ...['--to-context', '-f'],
];
/** Flags that take names, patterns and durations. */
const NAMED: readonly string[] = [
  ...['-n', '--namespace', '--to', '--from', '--exclude', '--attach', '--pod', '--serviceaccount', '--sa', '--secret'],
  ...['-o', '--output', '--field-manager', '--timeout', '--refresh', '--listen', '--concurrency', '--plain-http'],
  ...['--only', '--ignore'],
];

/** Of a word that no shell reads otherwise. */
export const PLAIN = /^[\w@%+=:,./-]+$/;

export function isBare(flag: string): boolean {
  return BARE.includes(flag);
}

/** Whether `flag` with `value` may be repeated; for flags that take one of a few words, their parser knows it. */
export function isRepeatable(flag: string, value: string): boolean {
  if (value.startsWith('-')) return value === '-' && /^(-f|--filename|--from-file)$/.test(flag);
  // A user name has no colon: what has one is a user with a password.
  if (flag === '--username') return /^[\w@%+=,./-]+$/.test(value);
  if (flag === '--selector') return /^[\w./-]+(==?|!=)[\w.-]+(,[\w./-]+(==?|!=)[\w.-]+)*$/.test(value);
  return SHOWN.includes(flag) || (NAMED.includes(flag) && /^[a-z0-9*,./:-]+$/.test(value));
}

/** `typed` as a part of a command; undefined where a word is neither a flag known to be harmless nor a name. */
export function typedAgain(typed: readonly string[]): Command | undefined {
  if (!typed.every((word, index) => isHarmless(word, typed[index - 1], typed[index + 1]))) return undefined;
  return typed.reduce((line, word) => words`${line} ${word.startsWith('-') ? flagWords([word]) : word}`, words``);
}

function isHarmless(word: string, before = '', next = ''): boolean {
  if (word.startsWith('-')) return BARE.includes(word) || isRepeatable(word, next);
  return isRepeatable(before, word) || word.split('/').every(isObjectName);
}

/** What stands behind `option`, which takes a value elsewhere, and the line without both. */
export function valueBehind(option: string, line: readonly string[]): { value: string; rest: readonly string[] } {
  const index = line.findIndex((word) => word === option || word.startsWith(`${option}=`));
  const joined = line[index]?.slice(option.length + 1);
  return joined
    ? { value: joined, rest: line.toSpliced(index, 1) }
    : { value: line[index + 1] ?? '', rest: line.toSpliced(index, 2) };
}

/** The user that `line` names, as docker or regsecret spell the flag, and where its password is piped in. */
export function typedUser(line: readonly string[]): string[] {
  const [user] = line.flatMap((word, index) => {
    const [, joined] = /^(?:-u|--username)=(.+)$/s.exec(word) ?? [];
    return joined ?? (/^(-u|--username)$/.test(word) ? (line[index + 1] ?? '') : []);
  });
  if (user === undefined) return [];
  const named = ['--username', isRepeatable('--username', user) ? user : 'USER'];
  return line.includes('--password-stdin') ? [...named, '--password-stdin'] : named;
}

/** `typed` where no word of it can be a password at the wrong place, and no shell reads one otherwise. */
export function plainAgain(typed: readonly string[]): readonly string[] | undefined {
  return typedAgain(typed) !== undefined && typed.every((word) => PLAIN.test(word)) ? typed : undefined;
}

/** The flags of `line` that say where, with their values. */
export function scopeIn(line: readonly string[]): readonly string[] {
  return line.filter(
    (word, index) => [word, line[index - 1] ?? ''].some((one) => SCOPE_FLAGS.includes(one)) && PLAIN.test(word),
  );
}
