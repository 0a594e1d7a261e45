/** Words of a command line that are repeated in a proposed one, as long as none of them can be a password at the wrong place. */
import { type Command, flagWords, words } from './command.ts';
import { isObjectName } from './object-name.ts';

/** Flags that say where. */
export const SCOPE_FLAGS: readonly string[] = ['-n', '--namespace', '--context'];
/** Flags without a value, and with one that is the name of something. */
const HARMLESS: readonly string[] = [
  ...SCOPE_FLAGS,
  ...[
    '-A',
    '--all-namespaces',
    '--all-serviceaccounts',
    '--used',
    '--force',
    '--no-checks',
    '--no-verify',
    '--restart',
  ],
  ...[
    '--server',
    '--all',
    '--password-stdin',
    '--attach',
    '--to',
    '--from',
    '--pod',
    '--sa',
    '--serviceaccount',
    '--image',
    '--secret',
    '-o',
    '--output',
  ],
];

/** `typed` as a part of a command; undefined where a word is neither a flag known to be harmless nor a name. */
export function typedAgain(typed: readonly string[]): Command | undefined {
  if (!typed.every((word, index) => isHarmless(word, typed[index - 1]))) return undefined;
  return typed.reduce((line, word) => words`${line} ${word.startsWith('-') ? flagWords([word]) : word}`, words``);
}

/** Contexts have names of any form, and are shown wherever one does not exist. */
function isHarmless(word: string, before: string | undefined): boolean {
  return before === '--context' || HARMLESS.includes(word) || word.split('/').every(isObjectName);
}
