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
    const added = add === undefined ? [] : [{ names: flagsIn(add), words: add.words }];
    const gone = [...drop, ...added.flatMap((flag) => flag.names)];
    const kept = new TypedLine(
      this.verb,
      names?.map((shown) => ({ typed: '', shown })) ?? this.names.filter(({ typed }) => !drop.includes(typed)),
      this.flags.filter((flag) => !flag.names.some((name) => gone.includes(name))),
      this.asks,
    );
    const line = rename === undefined ? kept : kept.renamed(rename);
    return new TypedLine(this.verb, line.names, [...added, ...line.flags], this.asks);
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
    const isThere = [...names, ...flags].some((one) => ![...this.names, ...this.flags].includes(one));
    const added = isThere ? [] : [...rename.values()].map((shown) => ({ typed: '', shown }));
    return new TypedLine(this.verb, [...added, ...names], flags, this.asks);
  }

  get command(): Command {
    const line = words`regsecret ${flagWords([this.verb])} ${this.names.map(({ shown }) => shown)}`;
    return { asks: this.asks, words: [...line.words, ...this.flags.flatMap(({ words }) => words)] };
  }
}

/** The flags among the words of `added`. */
function flagsIn({ words }: Command): string[] {
  return words.flatMap((word) => {
    if (typeof word === 'string') return word.startsWith('-') ? word.replace(/=.*/s, '') : [];
    return 'namespaces' in word ? ['-A'] : 'namespace' in word ? ['-n'] : [];
  });
}
