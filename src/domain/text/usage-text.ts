/** The messages for a command line that cannot be parsed. */
import { closest } from './closest.ts';
import { words } from './command.ts';
import { isNamespaceName, isObjectName } from './object-name.ts';
import { isBare, PLAIN, plainAgain, scopeIn, typedAgain, typedUser, valueBehind } from './typed-again.ts';

/** Our flags by the names that kubectl, docker and helm give them, and flags of kubectl that regsecret lacks. */
const MEANT: Readonly<Record<string, readonly string[]>> = {
  '-u': ['--username'],
  '-p': ['--password-stdin'],
  '--password': ['--password-stdin'],
  '-s': ['--server', '--api-server'],
  '--registry': ['--server'],
  '-f': ['--from-file'],
  '--file': ['--filename', '--from-file'],
  '--from-env-file': ['--from-file'],
  '--label': ['--selector'],
  '--labels': ['--selector'],
  '--namespace-selector': ['--selector'],
  '--to-label': ['--selector'],
  '--to-selector': ['--selector'],
  '-i': ['--write'],
  '--in-place': ['--write'],
  '--inplace': ['--write'],
  '--save': ['--write'],
  '--errors': ['--problems'],
  '--errors-only': ['--errors', '--problems'],
  '--problems': ['--errors'],
  '--severity': ['--errors'],
  '--fail-on': ['--strict'],
  '-a': ['-A'],
  '-y': ['--yes'],
  '-w': ['--watch', '--write'],
  '--wait': ['--watch'],
  '--no-verify': ['--offline'],
  '--decode': ['--reveal'],
  '--show-password': ['--reveal'],
  '--show-passwords': ['--reveal'],
};
/** Our commands by the names that other tools give them (kubectl, brew, docker), apart from the aliases that work. */
const MEANT_COMMANDS: Readonly<Record<string, string>> = {
  ...{ add: 'create', apply: 'create', login: 'create', new: 'create', update: 'create' },
  ...{ copy: 'sync', cp: 'sync', explain: 'why', patch: 'attach', rm: 'remove', set: 'attach', test: 'verify' },
  ...{ lint: 'doctor -f', validate: 'doctor -f', check: 'doctor' },
  ...{ debug: 'why', diagnose: 'doctor', logout: 'remove', logs: 'why', show: 'inspect', status: 'doctor' },
  ...{ decode: 'inspect', fix: 'doctor', scan: 'doctor', tags: 'why', view: 'inspect' },
  ...{ diff: 'create --dry-run=server', edit: 'create', events: 'why', refresh: 'create', renew: 'create' },
  ...{ mirror: 'sync', replicate: 'sync' },
};
/** For these commands, the nearest of ours would delete. */
const UNDO = /^(recover|restore|revert|rollback|undelete|undo)$/;
const KINDS = /^--(deploy(ment)?|sts|statefulset|ds|daemonset|job|cj|cronjob)$/;
const TEMPLATES = 'Templates are not supported; use -o json and jq.';

/**
 * commander's message, without typed values: one may be a password at the wrong place. `flags` are those of the command that
 * `line` begins with.
 */
export function withoutValues(error: string, flags: readonly string[], line: readonly string[] = []): string {
  const [suggestion = ''] = /\n\(Did you mean [^\n]*\)\s*$/.exec(error) ?? [];
  const [, option] = /^error: unknown option '(--[^=']*|-.)/s.exec(error) ?? [];
  if (option !== undefined)
    return `error: unknown option '${option}'${meant(option, flags, line) ?? nearFlag(option, suggestion, flags, line)}`;
  const [, command = ''] = /^error: unknown command '([a-z]+)'/.exec(error) ?? [];
  if (UNDO.test(command))
    return `error: unknown command '${command}'\n(There is no undo: regsecret keeps no copy of a deleted Secret. regsecret create makes a new one.)\n`;
  const known = Object.hasOwn(MEANT_COMMANDS, command) ? MEANT_COMMANDS[command] : undefined;
  const isFiles = command === 'apply' && line.some((word) => /^(-f|--filename)(=|$)/.test(word));
  const rest = plainAgain(line.slice(1));
  const proposal = isFiles ? withWords('attach', rest, 'attach -f') : meantCommand(known, line, rest);
  if (proposal !== undefined) return `error: unknown command '${command}'\n(Did you mean ${proposal}?)\n`;
  // Only a plain word is certainly not a password at the wrong place.
  if (error.startsWith('error: unknown command') && suggestion === '')
    return `error: unknown command${command === '' ? '' : ` '${command}'`}\n`;
  const [, near] = /\(Did you mean ([a-z]+)\?\)/.exec(suggestion) ?? [];
  if (command !== '' && near !== undefined && rest !== undefined)
    return `error: unknown command '${command}'\n(Did you mean ${['regsecret', near, ...rest].join(' ')}?)\n`;
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

/** For an option with a value, as in `--dryrun=client`, commander proposes nothing. */
function nearFlag(option: string, suggestion: string, flags: readonly string[], line: readonly string[]): string {
  const isJoined = line.some((word) => word.startsWith(`${option}=`));
  const [, near = isJoined ? closest(option, flags) : undefined] = /mean (--[a-z-]+)\?/.exec(suggestion) ?? [];
  return near === undefined ? suggestion || '\n' : `\n(Did you mean ${withFlag(near, option, line)}?)\n`;
}

/** The line with `found` in place of `option`. Only `found` where a word may be a password, or the value of `option`. */
function withFlag(found: string, option: string, line: readonly string[]): string {
  const index = line.findIndex((word) => word === option || word.startsWith(`${option}=`));
  const joined = line[index]?.slice(option.length + 1) ?? '';
  const isOdd = isBare(found) && (joined !== '' || /^[^-]/.test(line[index + 1] ?? ''));
  const words = joined === '' ? [found] : found === '--dry-run' ? [`${found}=${joined}`] : [found, joined];
  const again =
    index < 1 || isOdd || /^--?p(as|w)/.test(option)
      ? undefined
      : plainAgain(line.toSpliced(index, 1, ...words).slice(1));
  return again === undefined ? found : ['regsecret', line[0], ...again].join(' ');
}

/** The command that was meant, with the words that follow it. */
function meantCommand(
  known: string | undefined,
  line: readonly string[],
  rest: readonly string[] | undefined,
): string | undefined {
  const [command = '', host = ''] = line;
  const isHost = /^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?$/.test(host);
  // `login ghcr.io` is `create --server ghcr.io`; any other word after it may be a password.
  if (isHost && known === 'create') return ['regsecret', 'create', '--server', host, ...typedUser(line)].join(' ');
  if (isHost && known === 'remove') return `regsecret remove --server ${host}`;
  if (known === 'doctor -f' && rest?.some((word) => word === '-f' || word === '--filename'))
    return withWords('doctor', rest, known);
  // `copy pull team-a`
  const [name = '', namespace = '', ...flags] = rest ?? [];
  const isBoth = [name, namespace].every(isNamespaceName) && (flags[0] ?? '-').startsWith('-');
  if (known === 'sync' && isBoth && !flags.includes('--to'))
    return withWords(known, [name, '--to', namespace, ...flags], known);
  return known === undefined || /^log(in|out)$/.test(command) ? known : withWords(known, rest, known);
}

/** `command` with the words that were typed after it. Only `alone` where there are none, or where one may be a password. */
function withWords(command: string, rest: readonly string[] = [], alone: string): string {
  return rest.length === 0 ? alone : ['regsecret', command, ...rest].join(' ');
}

/** `create -f secret.yaml`, which means `kubectl apply`. */
function manifestOf(option: string, line: readonly string[]): string | undefined {
  const { value } = valueBehind(option, line);
  const isManifest = /^(-f|--file(name)?)$/.test(option) && /\.ya?ml$/.test(value) && PLAIN.test(value);
  if (line[0] !== 'create' || !isManifest) return undefined;
  return ['kubectl', 'apply', ...scopeIn(line), '-f', value].join(' ');
}

/** `sync --from platform/pull`, `create --copy-from platform`: in regsecret, `-n` gives the namespace of the source. */
function copyOf(option: string, line: readonly string[]): string | undefined {
  const [command] = line;
  const isCopy = command === 'sync' ? /^--(copy-)?from(-namespace)?$/ : /^--copy-from$/;
  if (!/^(sync|create)$/.test(command ?? '') || !isCopy.test(option)) return undefined;
  const { value, rest } = valueBehind(option, line);
  const [namespace = '', ...names] = value.split('/');
  const isKnown = isNamespaceName(namespace) && names.length < 2 && names.every(isObjectName);
  const source = isKnown ? [...names, '-n', namespace] : ['NAME', '-n', 'NAMESPACE'];
  const others = command === 'sync' ? typedAgain(rest.slice(1)) : words`--to ${'NAMESPACE'}`;
  return ['regsecret', 'sync', ...source, ...(others?.words ?? [])].join(' ');
}

/** `why ghcr.io/acme/app:v1 --for deploy/web`. */
function imageFor(line: readonly string[]): string {
  const { value, rest } = valueBehind('--for', line);
  const [, ...typed] = rest.filter((word) => word !== '--image');
  const [image = ''] = typed;
  const isImage = typed.length === 1 && /^[a-z0-9.-]+(:\d+)?\/[\w./:@-]+$/.test(image);
  const isTarget = /^[a-z]+\/[a-z0-9.-]+$/.test(value);
  return ['regsecret', line[0], isTarget ? value : 'KIND/NAME', '--image', isImage ? image : 'IMAGE'].join(' ');
}

/** `create -u jane -p secret`, as in `docker login`: repeats the line without anything that was typed as the password. */
function loginOf(option: string, flags: readonly string[], line: readonly string[]): string | undefined {
  const [found = ''] = MEANT[option] ?? [];
  if (!/^--(username|password-stdin)$/.test(found) || !flags.includes(found)) return undefined;
  const isFlag = (word = ''): boolean => /^(-u|-p|--username|--password)$/.test(word);
  const isJoined = (word: string): boolean => /^(-[up].|--(username|password)=)/.test(word);
  const isOther = (word: string): boolean => !isFlag(word) && !isJoined(word) && word !== '--password-stdin';
  const rest = line.filter((word, index) => isOther(word) && !isFlag(line[index - 1]));
  const again = plainAgain(rest.slice(1));
  const [shown] = line.flatMap((word) => /^(-p|--password(?==|$))/.exec(word)?.[0] ?? []);
  const [, user = 'USER', ...piping] = typedUser(line);
  const whole = again === undefined ? [] : ['regsecret', line[0], ...again, '--username', user];
  if (shown === undefined)
    return `\n(Did you mean ${again === undefined ? found : [...whole, ...piping].join(' ')}?)\n`;
  const piped = [...whole, '--password-stdin < FILE'].join(' ');
  return `\n(Did you mean ${piped}? ${shown} would show the password to every user of this machine.)\n`;
}

/** Proposes the line without `--dry-run`, for a command that only reads. */
function withoutDryRun(line: readonly string[]): string {
  const [command, ...typed] = line.filter(
    (word, index) =>
      !/^--dry-run(=|$)/.test(word) && !(line[index - 1] === '--dry-run' && /^(client|server)$/.test(word)),
  );
  const again = plainAgain(typed);
  if (again === undefined) return `${command} changes nothing: leave out --dry-run.`;
  return `Did you mean ${['regsecret', command, ...again].join(' ')}? It changes nothing.`;
}

/** The hint for an unknown option that other tools or commands have. */
function meant(option: string, flags: readonly string[], line: readonly string[]): string | undefined {
  // `-sa default`
  const short = line.find((word) => /^-[a-z]{2,}$/.test(word) && word.startsWith(option) && flags.includes(`-${word}`));
  if (short !== undefined) return `\n(Did you mean -${short}?)\n`;
  if (line[0] === 'create' && /^(-y|--yes)$/.test(option))
    return `\n(create does not ask before it writes: leave out ${option}.)\n`;
  if (option === '--all' && line[0] === 'delete' && scopeIn(line).length === line.length - 2)
    return `\n(delete takes the name of one Secret; ${['regsecret', 'list', ...scopeIn(line), '-o name'].join(' ')} prints the names.)\n`;
  if (option === '--dry-run' && /^(list|inspect|verify|why|doctor)$/.test(line[0] ?? ''))
    return `\n(${withoutDryRun(line)})\n`;
  if (option === '--server' && line[0] === 'delete') return '\n(Did you mean remove --server?)\n';
  if (option === '--all' && /^(list|verify|doctor|why|detach)$/.test(line[0] ?? '')) return '\n(Did you mean -A?)\n';
  if (/^--all(-(workloads|deployments|pods))?$/.test(option) && line[0] === 'attach')
    return '\n(Did you mean --used --restart? It attaches to the service accounts that pods and workloads use; --all-serviceaccounts to every one.)\n';
  // A registry is typed without a scheme.
  if (line[0] === 'list' && option === '-s' && valueBehind('-s', line).value.includes('://'))
    return '\n(Did you mean --api-server?)\n';
  if (/^(doctor|why)$/.test(line[0] ?? '') && option === '--fix')
    return `\n(${line[0]} prints the commands that fix what it finds, and runs none of them.)\n`;
  if (/^(doctor|why)$/.test(line[0] ?? '') && option === '--server') return '\n(Did you mean verify --server?)\n';
  if (line[0] === 'rotate' && option === '--verify') return '\n(rotate always verifies; --no-verify leaves it out.)\n';
  if (/^(rotate|remove|doctor|why)$/.test(line[0] ?? '') && option === '--to')
    return `\n(${line[0]} takes -A, or -l for the namespaces with a label.)\n`;
  if (line[0] === 'inspect' && option === '--image') return '\n(Did you mean verify --image?)\n';
  if (line[0] === 'create' && /^(-A|-l|--all-namespaces|--selector)$/.test(option))
    return `\n(Did you mean sync ${option}?)\n`;
  // The nearest flag would delete a pod.
  if (/^--(secret|name)$/.test(option) && line[0] !== undefined)
    return `\n(the name of a Secret is an argument: ${line[0]} NAME.)\n`;
  if (option === '--template' && flags.includes('--output')) return `\n(${TEMPLATES})\n`;
  if (option === '--format' && flags.includes('--output')) return '\n(Did you mean -o json?)\n';
  if (option === '-v') return '\n(Did you mean -v=6?)\n';
  // `--pod` is a flag of attach and detach.
  if (KINDS.test(option) && flags.includes('--pod')) {
    const { value } = valueBehind(option, line);
    const name = isObjectName(value) ? value : 'NAME';
    return `\n(Did you mean ${line[0] === 'detach' ? '--from' : '--to'} ${option.slice(2)}/${name}?)\n`;
  }
  if (/^(doctor|why)$/.test(line[0] ?? '') && option === '--for') return `\n(Did you mean ${imageFor(line)}?)\n`;
  if (/^(doctor|why)$/.test(line[0] ?? '') && option === '--exclude')
    return '\n(-l chooses namespaces by their labels, and --ignore leaves out findings.)\n';
  const login = loginOf(option, flags, line);
  if (login !== undefined) return login;
  const copied = manifestOf(option, line) ?? copyOf(option, line);
  if (copied !== undefined) return `\n(Did you mean ${copied}?)\n`;
  const found = MEANT[option]?.find((flag) => flags.includes(flag));
  return found === undefined ? undefined : `\n(Did you mean ${withFlag(found, option, line)}?)\n`;
}
