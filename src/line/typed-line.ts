/** The command line as it was typed. Proposed commands repeat it with a correction, without what may be a password in it. */
import { type Asks, type Command, flagWords, type Word, words } from './command.ts';

/** A flag with its value, if it has one. */
export interface TypedFlag {
  /** All names of the flag: `-l`, `--selector`. */
  readonly names: readonly string[];
  /** The flag and its value as they may be shown. */
  readonly words: readonly Word[];
  /** The value as it was typed. */
  readonly value?: string | undefined;
}

/** A name, a target, an image or a file. */
export interface TypedName {
  readonly typed: string;
  /** As it may be shown: `NAME` in place of what may be a password at the wrong place. */
  readonly shown: Word;
}

/** What is to be changed in a line. */
export interface Correction {
  /** Flags that the line lacks, or has with another value: words`-n team-a`. */
  readonly add?: Command;
  /** Flags and names that do not go with the rest. */
  readonly drop?: readonly string[];
  /** Names, and values of flags, in place of others. A name that was left out is added. */
  readonly rename?: ReadonlyMap<string, string>;
  /** The names in place of all of the line. */
  readonly names?: readonly Word[];
}

export class TypedLine {
  /** The name of the command; `why` stays `why`. */
  readonly verb: string;
  readonly names: readonly TypedName[];
  readonly flags: readonly TypedFlag[];
  readonly asks: Asks;

  constructor(verb: string, names: readonly TypedName[], flags: readonly TypedFlag[], asks: Asks = 'namespace') {
    this.verb = verb;
    this.names = names;
    this.flags = flags;
    this.asks = asks;
  }

  /** The line with these flags, in place of those that it has: `typed.with(words`--yes`)`. */
  with(add: Command): TypedLine {
    return this.corrected({ add });
  }

  /** The line without these flags. */
  without(...drop: readonly string[]): TypedLine {
    return this.corrected({ drop });
  }

  has(flag: string): boolean {
    return this.flags.some(({ names }) => names.includes(flag));
  }

  /** Those of these flags that the line has, for another command. */
  only(...flags: readonly string[]): Command {
    const chosen = this.flags.filter(({ names }) => names.some((name) => flags.includes(name)));
    return { words: chosen.flatMap((flag) => flag.words), asks: 'nothing' };
  }

  corrected({ add, drop = [], rename, names }: Correction): TypedLine {
    const [first, last] = addedFlags(add);
    const gone = [...drop, ...first.names, ...last.names];
    const isKept = (flag: TypedFlag): boolean => !flag.names.some((name) => gone.includes(name));
    const kept = new TypedLine(
      this.verb,
      names?.map((shown) => ({ typed: '', shown })) ?? this.names.filter(({ typed }) => !drop.includes(typed)),
      this.flags.filter(isKept),
      this.asks,
    );
    const line = rename === undefined ? kept : kept.renamed(rename);
    // A flag with another value stays where it is.
    const place = this.flags.findIndex((flag) => flag.names.some((name) => last.names.includes(name)));
    const end = place < 0 ? line.flags.length : this.flags.slice(0, place).filter(isKept).length;
    return new TypedLine(this.verb, line.names, [first, ...line.flags.toSpliced(end, 0, last)], this.asks);
  }

  private renamed(rename: ReadonlyMap<string, string>): TypedLine {
    const meant = (text: string): string => {
      const each = text.split(',').map((one) => rename.get(one.trim()) ?? one);
      return rename.get(text.replace(/^secrets?\//, '')) ?? rename.get(text) ?? each.join(',');
    };
    const names = this.names.map((name) =>
      meant(name.typed) === name.typed ? name : { typed: name.typed, shown: meant(name.typed) },
    );
    const flags = this.flags.map((flag) => {
      const {
        value,
        words: [first = ''],
      } = flag;
      return value === undefined || meant(value) === value ? flag : { ...flag, words: [first, meant(value)] };
    });
    const isThere =
      this.names.some(({ typed }) => rename.has(typed.replace(/^secrets?\//, ''))) ||
      [...names, ...flags].some((one) => ![...this.names, ...this.flags].includes(one));
    const added = isThere ? [] : [...rename.values()].map((shown) => ({ typed: '', shown }));
    return new TypedLine(this.verb, [...added, ...names], flags, this.asks);
  }

  get command(): Command {
    const line = words`regsecret ${flagWords([this.verb])} ${this.names.map(({ shown }) => shown)}`;
    return { asks: this.asks, words: [...line.words, ...this.flags.flatMap(({ words }) => words)] };
  }
}

/** What is added: names and where they are, which stand before all flags, and the other flags. */
function addedFlags(add: Command | undefined): readonly [TypedFlag, TypedFlag] {
  const words = add?.words ?? [];
  const end = words.findIndex((word) => typeof word === 'string' && word.startsWith('-'));
  const isFirst = (word: Word, index: number): boolean =>
    end < 0 || index < end || (typeof word === 'object' && ('namespace' in word || 'namespaces' in word));
  const flag = (some: readonly Word[]): TypedFlag => ({ names: some.flatMap(flagIn), words: some });
  return [flag(words.filter(isFirst)), flag(words.filter((word, index) => !isFirst(word, index)))];
}

function flagIn(word: Word): string[] {
  if (typeof word === 'string') return word.startsWith('-') ? [word.replace(/=.*/s, '')] : [];
  return 'namespaces' in word ? ['-A'] : 'namespace' in word ? ['-n'] : [];
}
