/**
 * Reads the words of a command line into the line that hints repeat. commander's own parse keeps no order, and ends with the first
 * mistake.
 */
import { existsSync } from 'node:fs';
import type { Option } from 'commander';
import { shownAddress } from '../line/given-flags.ts';
import { isObjectName, isPlain, isUserName } from '../line/object-name.ts';
import { type TypedFlag, TypedLine } from '../line/typed-line.ts';
import { bareServer, shownServer } from '../secret/display-server.ts';
import type { Io } from '../system/io.ts';
import { AFTER_EQUALS, EVERYWHERE } from './shared-flags.ts';

/** How to read a line. */
export interface ReadOptions {
  /** The flags of its command. */
  readonly options: readonly Option[];
  readonly env: Io['env'];
  /** Whether the flags of the cluster are kept, because no {@link CommandContext} has them. */
  readonly isWhole?: boolean;
}

/** The line `args`, which begins with the name of its command. */
export function readLine([verb = '', ...typed]: readonly string[], reading: ReadOptions): TypedLine {
  const args = [...typed];
  const names: string[] = [];
  const flags: TypedFlag[] = [];
  let end = args.indexOf('--');
  if (end < 0) end = args.length;
  for (let index = 0; index < end; index += 1) {
    const word = args[index] ?? '';
    if (!/^-./.test(word)) {
      names.push(word);
      continue;
    }
    const { option, flag, joined } = flagIn(word, reading.options);
    // `-AR` is `-A -R`.
    if (joined !== undefined && option?.required === false && /^-[^-=][^=]/.test(word)) {
      args.splice(index + 1, 0, `-${joined}`);
      end += 1;
    }
    const value = option?.required ? (joined ?? args[++index]) : undefined;
    const isKept = reading.isWhole || option?.helpGroupHeading !== EVERYWHERE;
    if (isKept && flag !== '--token') flags.push(typedFlag(option, flag, value, reading));
  }
  return new TypedLine(
    verb,
    [...names, ...args.slice(end + 1)].map((typed) => ({ typed, shown: shownName(typed) })),
    flags,
  );
}

/** The flag in `word`, and the value that is joined to it: `--server=ghcr.io`, `-ojson`. */
function flagIn(
  word: string,
  options: readonly Option[],
): { readonly option: Option | undefined; readonly flag: string; readonly joined: string | undefined } {
  const exact = options.find(({ long, short }) => long === word || short === word);
  if (exact !== undefined) return { option: exact, flag: word, joined: undefined };
  const [, flag = word, joined] = /^(--[^=]*|-[^-])=?(.+)?$/s.exec(word) ?? [];
  return { option: options.find(({ long, short }) => long === flag || short === flag), flag, joined };
}

function typedFlag(
  option: Option | undefined,
  flag: string,
  value: string | undefined,
  reading: ReadOptions,
): TypedFlag {
  if (option === undefined) return { names: [flag], words: [flag] };
  const names = [option.long, option.short].filter((name) => name !== undefined);
  if (value === undefined) return { names, words: [flag] };
  // A password is not proposed on the command line again.
  if (flag === '--docker-password') return { names, words: ['--password-stdin'] };
  // User info is removed. A scheme is kept, because fewer entries may be meant with it.
  if (flag === '--server') return { names, words: [flag, shownServer(value) === value ? value : bareServer(value)] };
  if (flag === '--api-server') return { names, words: [flag, shownAddress(value)] };
  const shown = mayShow(option, value, reading.env) ? value : placeholder(option);
  return { names, words: AFTER_EQUALS[flag] !== undefined ? [`${flag}=${shown}`] : [flag, shown], value };
}

/** `USER` for `--username <user>`, as in the help. */
function placeholder({ flags }: Option): string {
  return (/<(.*)>/.exec(flags)?.[1] ?? 'value').toUpperCase();
}

/** Flags whose value errors show anyway, as contexts and files may have any name. */
const SHOWN = [
  ...['--context', '--to-context', '--kubeconfig', '--image', '--from-file', '--filename', '--secret-file'],
  '--registry-ca',
];

/** Whether the value of a flag is certainly no password at the wrong place. */
function mayShow({ long = '', argChoices }: Option, value: string, env: Io['env']): boolean {
  if (argChoices !== undefined) return argChoices.includes(value);
  if (value.startsWith('-')) return value === '-' && /^--(filename|from-file)$/.test(long);
  switch (long) {
    case '--username':
    case '--docker-username':
      return isUserName(value);
    case '--docker-server':
      return /[.:]/.test(value) && isPlain(value);
    case '--email':
    case '--docker-email':
      return /^[\w.+-]+@[\w.-]+$/.test(value);
    case '--selector':
      return /^[\w./-]+(==?|!=)[\w.-]+(,[\w./-]+(==?|!=)[\w.-]+)*$|^[\w./-]+ (not)?in \([\w.,-]+\)$/.test(value);
    case '--password-file':
      return existsSync(value);
    case '--password-env':
      return Object.hasOwn(env, value);
    default:
      return SHOWN.includes(long) || isPlain(value);
  }
}

/** A name, a target, an image or a file; any other word may be a password at the wrong place. */
function shownName(word: string): string {
  if (word.split(/[/,]/).every(isObjectName)) return word;
  const isShown = (/[/.:]/.test(word) && isPlain(word)) || /^[\w@%+=:,./-]+\.(ya?ml|json)$/i.test(word);
  return isShown && !word.startsWith('-') ? word : 'NAME';
}
