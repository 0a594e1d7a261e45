/** The messages for a command line that cannot be parsed: an unknown command or flag, with the nearest by spelling. */

import { bySpelling, isSlip } from '../text/closest.ts';
import { many } from '../text/enumerate.ts';

/** Flags by the names that kubectl and docker give them. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  '-u': ['--username'],
  '-p': ['--password-stdin'],
  '--password': ['--password-stdin'],
  '--old-password': ['--old-password-stdin'],
  '-s': ['--server', '--api-server'],
  '--registry': ['--server'],
  '-f': ['--from-file'],
  '--file': ['--filename', '--from-file'],
  '-a': ['-A'],
  '-y': ['--yes'],
  '-w': ['--watch', '--write'],
  '--namespaces': ['--to'],
};
const PASSWORD = /^(-p|--password(?==|$))/;
const TEMPLATES = 'Templates are not supported; use -o json and jq.';

/** What may be typed. */
export interface Vocabulary {
  readonly commands: readonly string[];
  /** The flags of the command that the line begins with. */
  readonly flags: readonly string[];
  /** Those of them that take no value. */
  readonly bare: readonly string[];
  /** The flags of another command. */
  flagsOf(command: string): readonly string[];
  /** `words` as a line to paste, without anything that may be a password. */
  shown(words: readonly string[]): string | undefined;
}

/** commander's message about `line`, without typed values: one may be a password at the wrong place. */
export function usageText(error: string, line: readonly string[], known: Vocabulary): string {
  const [, option] = /^error: unknown option '(--[^=']*|-.)/s.exec(error) ?? [];
  if (option !== undefined && known.flags.length === 0) return 'error: no command given\n';
  if (option !== undefined) return `error: unknown option '${option}'\n${meant(nearFlag(option, line, known))}`;
  const [, command = ''] = /^error: unknown command '([a-z]+)'/.exec(error) ?? [];
  if (command !== '') {
    const near = nearCommand(command, known.commands);
    const whole = near && (known.shown([near, ...line.slice(1)]) ?? near);
    return `error: unknown command '${command}'\n${meant(whole && `Did you mean ${whole}?`)}`;
  }
  if (error.startsWith('error: unknown command')) return 'error: unknown command\n';
  return error
    .replace(
      /^(error: option '-o, [^']*') argument '(?:jsonpath|go-template|template|custom-columns)(?:-?file|-as-json)?['=].*$/s,
      `$1: ${TEMPLATES}\n`,
    )
    .replace(
      /^error: command-argument value '.*' is invalid for (argument '[^']*')\. /s,
      'error: $1 got an invalid value. ',
    )
    .replace(/^(error: option '[^']*') argument '.*' is invalid\. /s, '$1 got an invalid value. ');
}

function meant(sentence: string | undefined): string {
  return sentence === undefined ? '' : `(${sentence})\n`;
}

/** Nobody who types `recover` or `undelete` means `remove` or `delete`. */
function nearCommand(command: string, commands: readonly string[]): string | undefined {
  const near = bySpelling(command, commands);
  return near === 'delete' || near === 'remove' ? (isSlip(command, near) ? near : undefined) : near;
}

function nearFlag(option: string, line: readonly string[], known: Vocabulary): string | undefined {
  const { flags, bare, shown } = known;
  if (option === '--template' && flags.includes('--output')) return TEMPLATES;
  // `-sa default`
  const short = line.find((word) => /^-[a-z]{2,}$/.test(word) && word.startsWith(option) && flags.includes(`-${word}`));
  if (short !== undefined) return `Did you mean -${short}?`;
  const wider = line[0] === 'create' ? inSync(option, line, known) : undefined;
  if (wider !== undefined) return wider;
  const near = elsewhere(option, known) ?? bySpelling(option, flags);
  if (near === undefined) return ofOthers(option, known);
  const isOurs = flags.includes('--password-stdin') && !flags.includes('-p');
  if (isOurs && line.some((word) => PASSWORD.test(word))) return piped(line, known);
  const index = line.findIndex((word) => word === option || word.startsWith(`${option}=`));
  const value = line[index]?.includes('=') ? line[index]?.replace(/^.*?=/s, '') : line[index + 1];
  // In kubectl, -s is the API server.
  if (option === '-s' && value?.includes('://')) return 'Did you mean --api-server?';
  // The value of --pwd and --old-password is a password, too.
  const isOdd = index < 0 || /^--?(old-)?p(as|w)/.test(option) || (bare.includes(near) && /^[^-]/.test(value ?? ''));
  const whole = line.map((word, place) => renamed(word, place === index ? near : elsewhere(word, known)));
  return `Did you mean ${(isOdd ? undefined : shown(whole)) ?? near}?`;
}

/** What `sync` selects many namespaces with. */
const PLACES = ['--to', '-l', '--selector', '-A', '--all-namespaces', '--exclude'];
const LOGINS = /^--(server|username|password|from-file|all$)/;

/** The line of `sync` for a line of `create` that should write into many namespaces. */
function inSync(option: string, line: readonly string[], known: Vocabulary): string | undefined {
  const place = option === '--namespaces' ? '--to' : option;
  if (!PLACES.includes(place)) return undefined;
  const copied = ['sync', ...line.slice(1)].map((word) =>
    word.replace(/=.*/s, '') === option ? renamed(word, place) : word,
  );
  const names = copied.filter((word) => word.startsWith('-')).map((word) => word.replace(/=.*/s, ''));
  const flags = known.flagsOf('sync');
  const isWhole = names.every((flag) => flags.includes(flag));
  const first = copied.findIndex((word) => word.startsWith(place));
  const count = /^-A|^--all|=/.test(copied[first] ?? '') ? 1 : 2;
  const short = [...copied.slice(0, copied[1]?.startsWith('-') ? 1 : 2), ...copied.slice(first, first + count)];
  const shown = known.shown(isWhole ? copied : short) ?? 'regsecret sync';
  return isWhole && names.some((flag) => LOGINS.test(flag))
    ? `Did you mean ${shown}?`
    : `Create it once, and copy it: ${shown}`;
}

/** Which other commands have this flag. */
function ofOthers(option: string, { commands, flagsOf }: Vocabulary): string | undefined {
  const others = commands.filter((command) => flagsOf(command).includes(option));
  return others.length === 0 ? undefined : `${option} is a flag of ${many(others)}`;
}

/** Our flag for one that is only known elsewhere. */
function elsewhere(word: string, { flags }: Vocabulary): string | undefined {
  const flag = word.replace(/=.*/s, '');
  return flags.includes(flag) ? undefined : ELSEWHERE[flag]?.find((one) => flags.includes(one));
}

function renamed(word: string, flag: string | undefined): string {
  return flag === undefined ? word : word.replace(/^[^=]*/, flag);
}

/** The line without the password, as in `docker login -u jane -p secret`. */
function piped(line: readonly string[], known: Vocabulary): string {
  const given = line.flatMap((word) => PASSWORD.exec(word)?.[1] ?? []);
  const isValue = (index: number): boolean => /^(-p|--password)$/.test(line[index - 1] ?? '');
  const kept = line
    .filter((word, index) => !PASSWORD.test(word) && !isValue(index) && word !== '--password-stdin')
    .map((word) => renamed(word, elsewhere(word, known)));
  const user = kept.some((word) => word.startsWith('--username')) ? [] : ['--username', 'USER'];
  const shown = known.shown([...kept, ...user, '--password-stdin']) ?? '--password-stdin';
  return `Did you mean ${shown} < FILE? ${given[0]} would show the password to every user of this machine.`;
}
