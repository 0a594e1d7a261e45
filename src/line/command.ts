/** A proposed command: words as data, which become text only where they are printed. */

/** A word of a command line, or two for a namespace. Text from outside is a word or a part of one, never program text. */
export type Word =
  | string
  /** `-n NAMESPACE`. */
  | { readonly namespace: string }
  /** `-A`. */
  | { readonly namespaces: 'all' }
  /** A file below the home folder. */
  | { readonly home: string }
  /** A word that no command can contain. */
  | { readonly refused: string };

/**
 * What `kubectl` and `regsecret` need to know: the cluster and a namespace, only the cluster, only the kubeconfig file, or
 * nothing.
 */
export type Asks = 'namespace' | 'cluster' | 'kubeconfig' | 'nothing';

export interface Command {
  readonly words: readonly Word[];
  readonly asks: Asks;
  /** What the command changes, for whoever has to know that: nobody reads it back from the words. */
  readonly does?: Deed;
  /** The file that receives stdout. */
  readonly output?: string;
  /** The command that reads the output of this one. */
  readonly pipe?: Command;
  /** The command that runs when this one has succeeded. */
  readonly next?: Command;
}

/** A change as data. line/deed.ts makes the command of it. */
export type Deed =
  /** Writes a login for each of `servers`, as they are typed, into a Secret, `regsecret` if it has no name. */
  | {
      readonly do: 'create';
      readonly secret?: string | undefined;
      readonly namespace: string | undefined;
      readonly servers: readonly string[];
      readonly username?: string | undefined;
      /** The password comes from stdin. Left out: the login is that of this machine, or is asked for. */
      readonly passwordStdin?: true | undefined;
      /** The objects that get the Secret: `sa/default`, `deployment/web`. */
      readonly attach?: readonly Word[] | undefined;
      /** `--force` or `--replace`: what is in the Secret now does not stay. */
      readonly flags?: readonly string[] | undefined;
    }
  /** Changes the list of a service account, those of workloads, or both. */
  | {
      readonly do: 'attach' | 'detach';
      readonly secret: string | undefined;
      readonly namespace: string | undefined;
      readonly account?: string | undefined;
      readonly workloads?: readonly Word[] | undefined;
    }
  | {
      readonly do: 'remove';
      readonly secret: string;
      readonly namespace: string | undefined;
      readonly servers: readonly string[];
    }
  /** Gives a container another image. `target` is the workload or the pod. */
  | {
      readonly do: 'set image';
      readonly target: Word;
      readonly namespace: string | undefined;
      readonly container: Word;
      readonly image: string;
    }
  /** Brings the template back that a workload had before. */
  | { readonly do: 'undo'; readonly target: Word; readonly namespace: string | undefined }
  /** Shows what is in a Secret that others own. */
  | { readonly do: 'inspect'; readonly secret: string; readonly namespace: string }
  /** Shows what `sync` would write into these namespaces. */
  | {
      readonly do: 'preview';
      readonly secret: string;
      readonly namespace: string | undefined;
      readonly to: readonly string[];
    };

/** A list or a fragment stands for its words, `undefined` for no word. */
type Part = Word | number | readonly Word[] | Command | undefined;
type Tag = (texts: TemplateStringsArray, ...parts: readonly Part[]) => Command;

/**
 * A command that asks the cluster about things in a namespace: command`kubectl get pod ${name}`. Spaces in the template separate
 * words. A value that is put in is never split. Programs other than kubectl and regsecret get no flags.
 */
export const command: Tag = (texts, ...parts) => ({ words: wordsOf(texts, parts), asks: 'namespace' });

/** A command for which no namespace matters. */
export const clusterCommand: Tag = (texts, ...parts) => ({ words: wordsOf(texts, parts), asks: 'cluster' });

/** A command that only looks at the kubeconfig. */
export const configCommand: Tag = (texts, ...parts) => ({ words: wordsOf(texts, parts), asks: 'kubeconfig' });

/** A command that needs no cluster, or some flags of a command: words`--image ${image}`. */
export const words: Tag = (texts, ...parts) => ({ words: wordsOf(texts, parts), asks: 'nothing' });

/** Flags that regsecret itself composes, as a part of a command. */
export function flagWords(flags: readonly string[]): Command {
  return { words: flags, asks: 'nothing' };
}

/** `flag` before each of `values`. */
export function eachWith(flag: string, values: readonly Word[] = []): Command {
  return { words: values.flatMap((value) => [flag, value]), asks: 'nothing' };
}

/** `--dry-run` as it was typed: without this flag, a proposed command would write. */
export function dryRunFlag({ dryRun }: { readonly dryRun: 'none' | 'client' | 'server' }): Command {
  return flagWords(dryRun === 'none' ? [] : [`--dry-run=${dryRun}`]);
}

/** `-A`. */
export const ALL_NAMESPACES: Word = { namespaces: 'all' };

/** Makes `second` run after `first` and everything that follows it, if all of it succeeds. */
export function andThen(first: Command, second: Command | undefined): Command {
  if (second === undefined) return first;
  return { ...first, next: first.next === undefined ? second : andThen(first.next, second) };
}

/** The commands that run one after the other, each by itself. */
export function stepsIn({ next, ...first }: Command): Command[] {
  return [first, ...(next === undefined ? [] : stepsIn(next))];
}

/** `name` as an argument that a program cannot take for a flag. `-` stays stdin. */
export function pathWord(name: string): string {
  return name.startsWith('-') && name !== '-' ? `./${name}` : name;
}

/** {@link pathWord} where stdin is not possible. */
export function fileWord(name: string): string {
  return name === '-' ? 'FILE' : pathWord(name);
}

/** kubectl reads what follows `-f` as one line of comma-separated values (pflag `readAsCSV`). */
export function kubectlPath(name: string): string {
  const path = pathWord(name);
  return /[",\r\n]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path;
}

interface Open {
  readonly word: Word;
  /** Whether the word begins with a value that was put in. */
  readonly isGiven: boolean;
}

function wordsOf(texts: readonly string[], parts: readonly Part[]): Word[] {
  const done: Word[] = [];
  let open: Open | undefined;
  let afterFlag = false;
  const close = (): void => {
    if (open === undefined) return;
    const { word, isGiven } = open;
    done.push(isGiven && !afterFlag ? asArgument(word) : word);
    afterFlag = !isGiven && typeof word === 'string' && word.startsWith('-') && !word.includes('=');
    open = undefined;
  };
  for (const [index, text] of texts.entries()) {
    for (const [place, piece] of text.split(/\s+/).entries()) {
      if (place > 0) close();
      if (piece !== '') open = { word: join(open?.word, piece), isGiven: open?.isGiven ?? false };
    }
    const part = parts[index];
    if (part === undefined) continue;
    if (typeof part === 'object' && ('words' in part || Array.isArray(part))) {
      close();
      done.push(...('words' in part ? part.words : (part as readonly Word[]).map(asArgument)));
      afterFlag = false;
    } else {
      const word = typeof part === 'number' ? `${part}` : (part as Word);
      open = { word: join(open?.word, word), isGiven: open?.isGiven ?? true };
    }
  }
  close();
  return done;
}

/** Refuses a value that a program would take for a flag. */
function asArgument(word: Word): Word {
  return typeof word === 'string' && word.startsWith('-') && word !== '-' ? { refused: word } : word;
}

function join(first: Word | undefined, second: Word): Word {
  if (first === undefined) return second;
  if (typeof first === 'string' && typeof second === 'string') return first + second;
  return [first, second].find((word) => typeof word === 'object' && 'refused' in word) ?? { refused: '' };
}
