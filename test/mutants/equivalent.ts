/** Mutants without a visible effect, each with the reason. */
import { SAME_IN_ROOMS } from './equivalent-lines.ts';

interface Equivalent {
  /** Compared by its name alone, so that it may be moved. */
  readonly file: string;
  /** The line of code, without indentation. */
  readonly code: string;
  /** The mutation as `npm run mutants` prints it. */
  readonly change: string;
  readonly reason: string;
}

/** Lines that catch the only error that the called function documents. Any other would be a bug. */
const CAUGHT: readonly (readonly [file: string, code: string])[] = [
  ['codec/go/web-url', 'if (error instanceof GoUrlError) return undefined;'],
  ['secret/payload', 'if (error instanceof JsonSyntaxError) return { error: error.message };'],
  ['secret/coverage', 'if (error instanceof ImageReferenceError) return false;'],
  ['secret/coverage', 'if (error instanceof ImageReferenceError) return undefined;'],
  ['secret/contents', 'if (error instanceof Base64Error) return { error: error.message };'],
  ['secret/key', 'if (error instanceof GoUrlError) return undefined;'],
  ['secret/server', 'if (error instanceof GoUrlError)'],
  ['secret/server', 'if (!(error instanceof ImageReferenceError)) throw error;'],
  ['secret/keyring', 'if (error instanceof KeyringError || error instanceof ImageReferenceError) return false;'],
  ['workloads/container-images', 'if (error instanceof ImageReferenceError) return image;'],
  ['diagnosis/causes', 'if (error instanceof ImageReferenceError) return error.message;'],
  ['diagnosis/causes', 'if (error instanceof ImageReferenceError) return false;'],
  ['diagnosis/attempt', 'if (!(error instanceof KeyringError)) throw error;'],
  ['diagnosis/attempt', 'if (error instanceof ImageReferenceError) return undefined;'],
  ['secret/merge', 'if (error instanceof PayloadError) return undefined;'],
  ['secret/merge', 'if (error instanceof EntryError) return undefined;'],
  ['secret/merge', 'if (error instanceof EntryError) return [{ server, error: error.message }];'],
  ['attaching/list-plan', 'if (!(error instanceof PayloadError)) throw error;'],
  ['credentials/login-file', 'if (!(error instanceof DockerConfigError)) throw error;'],
  ['credentials/login-file', 'if (!(error instanceof JsonSyntaxError)) throw error;'],
  ['credentials/docker-lookup', "if (error instanceof GoUrlError) return '';"],
];

const caught = CAUGHT.map(([file, code]): Equivalent => {
  const [, condition = ''] = /^if \((.*)\)(?: return .*| throw .*|)$/.exec(code) ?? [];
  return {
    file: `src/domain/${file}.ts`,
    code,
    change: `${condition} → ${!condition.startsWith('!')}`,
    reason: 'No other error is thrown there.',
  };
});

const NO_NAME = 'A Secret that is read from a cluster has a name.';
const BEGUN_EARLY = 'What is begun here is begun later in any case, and once.';
const NO_NODE = 'Only a pod on a node has an error of its kubelet.';

export const EQUIVALENT: readonly Equivalent[] = [
  ...caught,
  {
    file: 'src/diagnosis/list-causes.ts',
    code: "return finding('other-images', secretObject(pull, secret.metadata.name ?? ''), args);",
    change: "'' → 'mutant'",
    reason: NO_NAME,
  },
  {
    file: 'src/diagnosis/login-causes.ts',
    code: "const name = secret.metadata.name ?? '';",
    change: "'' → 'mutant'",
    reason: NO_NAME,
  },
  {
    file: 'src/diagnosis/secret-checks.ts',
    code: "name: secret.metadata.name ?? '',",
    change: "'' → 'mutant'",
    reason: NO_NAME,
  },
  {
    file: 'src/diagnosis/causes.ts',
    code: "const node = puller.pod?.node ?? '';",
    change: "'' → 'mutant'",
    reason: NO_NODE,
  },
  {
    file: 'src/diagnosis/causes.ts',
    code: "return finding('wrong-platform', object, { image, node: puller.pod?.node ?? '' });",
    change: "'' → 'mutant'",
    reason: NO_NODE,
  },
  {
    file: 'src/diagnosis/causes.ts',
    code: "return pullError === 'disk' ? finding('disk-full', object, { node: puller.pod?.node ?? '' }) : undefined;",
    change: "'' → 'mutant'",
    reason: NO_NODE,
  },
  {
    file: 'src/findings/secret-rules.ts',
    code: "return severity === 'error' ? 0 : 1;",
    change: '1 → 2',
    reason: 'Only the order counts.',
  },
  {
    file: 'src/codec/go/yaml-node.ts',
    code: "if (name === '__proto__') Object.defineProperty(object, name, { ...OWN, value: built });",
    change: "name === '__proto__' → true",
    reason: 'A property that is defined so is as one that is assigned; assigning is faster.',
  },
  {
    file: 'src/manifests/yaml-style.ts',
    code: 'return /^[ \\t]*/.exec(text.slice(start, offset))?.[0].length ?? 0;',
    change: '0 → 1',
    reason: 'The expression matches any text.',
  },
  {
    file: 'src/attaching/change-lists.ts',
    code: 'if (request.checks && concernsAccounts(request)) run.facts();',
    change: 'request.checks && concernsAccounts(request) → false',
    reason: BEGUN_EARLY,
  },
  {
    file: 'src/attaching/change-lists.ts',
    code: 'if (request.checks && concernsAccounts(request)) run.facts();',
    change: 'run.facts(); → ;',
    reason: BEGUN_EARLY,
  },
  {
    file: 'src/attaching/change-lists.ts',
    code: "return selections.some(picksAccounts) || targets.some(({ kind }) => kind === 'ServiceAccount');",
    change: '|| → &&',
    reason: BEGUN_EARLY,
  },
  {
    file: 'src/attaching/change-lists.ts',
    code: "return selections.some(picksAccounts) || targets.some(({ kind }) => kind === 'ServiceAccount');",
    change: "'ServiceAccount' → ''",
    reason: BEGUN_EARLY,
  },
  ...SAME_IN_ROOMS,
];
