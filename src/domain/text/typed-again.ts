/** Repeats words of a command line in a proposed one, as long as none of them can be a password at the wrong place. */
import { type Command, flagWords, words } from './command.ts';
import { isObjectName } from './object-name.ts';

/** Flags for the namespace and the context. */
export const SCOPE_FLAGS: readonly string[] = ['-n', '--namespace', '--context'];
/** Flags without a value. */
const BARE: readonly string[] = [
  ...['-A', '--all-namespaces', '--all-serviceaccounts', '--used', '--force', '--no-checks', '--no-verify'],
  ...['--restart', '--all', '--password-stdin', '--strict', '--yes', '--owned'],
  ...['--errors', '-R', '--recursive', '-v', '--verbose', '--offline', '--problems', '--watch', '--write', '--reveal'],
  ...['--dry-run=client', '--dry-run=server'],
];
/** Flags whose value errors show anyway. Contexts and files may have any name. */
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

/** A word that no shell interprets. */
export const PLAIN = /^[\w@%+=:,./-]+$/;

export function isBare(flag: string): boolean {
  return BARE.includes(flag);
}

/** Whether `flag` with `value` may be repeated. A value that must be one of a few words is checked by its parser. */
export function isRepeatable(flag: string, value: string): boolean {
  if (value.startsWith('-')) return value === '-' && /^(-f|--filename|--from-file)$/.test(flag);
  // A user name has no colon. A value with one is a user name with a password.
  if (flag === '--username') return /^[\w@%+=,./-]+$/.test(value);
  if (flag === '--selector') return /^[\w./-]+(==?|!=)[\w.-]+(,[\w./-]+(==?|!=)[\w.-]+)*$/.test(value);
  return SHOWN.includes(flag) || (NAMED.includes(flag) && /^[a-z0-9*,./:-]+$/.test(value));
}

/** `typed` as a part of a command. Undefined where a word is neither a flag known to be harmless nor a name. */
export function typedAgain(typed: readonly string[]): Command | undefined {
  if (!typed.every((word, index) => isHarmless(word, typed[index - 1], typed[index + 1]))) return undefined;
  return typed.reduce((line, word) => words`${line} ${word.startsWith('-') ? flagWords([word]) : word}`, words``);
}

function isHarmless(word: string, before = '', next = ''): boolean {
  if (word.startsWith('-')) return BARE.includes(word) || isRepeatable(word, next);
  return isRepeatable(before, word) || word.split('/').every(isObjectName);
}

/** The value of `option`, an option that takes a value in other commands, and the line without both. */
export function valueBehind(option: string, line: readonly string[]): { value: string; rest: readonly string[] } {
  const index = line.findIndex((word) => word === option || word.startsWith(`${option}=`));
  const joined = line[index]?.slice(option.length + 1);
  return joined
    ? { value: joined, rest: line.toSpliced(index, 1) }
    : { value: line[index + 1] ?? '', rest: line.toSpliced(index, 2) };
}

/** The flags for the user that `line` names, in the spelling of docker or of regsecret, and for a password that is piped in. */
export function typedUser(line: readonly string[]): string[] {
  const [user] = line.flatMap((word, index) => {
    const [, joined] = /^(?:-u|--username)=(.+)$/s.exec(word) ?? [];
    return joined ?? (/^(-u|--username)$/.test(word) ? (line[index + 1] ?? '') : []);
  });
  if (user === undefined) return [];
  const named = ['--username', isRepeatable('--username', user) ? user : 'USER'];
  return line.includes('--password-stdin') ? [...named, '--password-stdin'] : named;
}

/** `typed`, where no word can be a password at the wrong place and no shell interprets a word. */
export function plainAgain(typed: readonly string[]): readonly string[] | undefined {
  return typedAgain(typed) !== undefined && typed.every((word) => PLAIN.test(word)) ? typed : undefined;
}

/** The flags of `line` for the namespace and the context, with their values. */
export function scopeIn(line: readonly string[]): readonly string[] {
  return line.filter(
    (word, index) => [word, line[index - 1] ?? ''].some((one) => SCOPE_FLAGS.includes(one)) && PLAIN.test(word),
  );
}
