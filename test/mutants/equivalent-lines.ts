/** Lines whose mutations have no visible effect, each with the reason. */

const FASTER = 'What the line leaves out gives the same; this is faster.';
const NO_OTHER = 'A state without a list has none to read; the type asks for it.';
const OWN_VALUE = 'A text is its own value under any tag but those of other kinds.';

const IN_ROOMS: readonly (readonly [file: string, code: string, changes: readonly string[], reason: string])[] = [
  ['codec/go/json', 'return /[A-Z\\u017f\\u212a]/.test(name)', ['/[A-Z\\u017f\\u212a]/.test(name) → true'], FASTER],
  [
    'codec/go/json-scanner',
    "if (!string.includes('\\\\')) return string;",
    ["'\\\\' → ''", "!string.includes('\\\\') → false"],
    FASTER,
  ],
  ['codec/go/url', "if (!text.includes('%')) return text;", ["'%' → ''", "!text.includes('%') → false"], FASTER],
  ['codec/go/url', 'zone < 0', ['0 → 1', '< → <='], 'A literal that begins with its zone is no address.'],
  [
    'codec/go/utf8',
    'if (!SURROGATE.test(one) && !SURROGATE.test(other)) return one < other ? -1 : 1;',
    ['1 → 2'],
    'Only the sign counts.',
  ],
  ['codec/go/utf8', 'const bytes = new Uint8Array(text.length * 3);', ['3 → 4'], 'There is room enough either way.'],
  [
    'workloads/references',
    'return one.name === other.name ? 0 : one.name < other.name ? -1 : 1;',
    ['one.name === other.name → false'],
    'No list has a Secret twice.',
  ],
  [
    'workloads/pull-spec',
    "const found: unknown = references.find((reference) => fieldOf(reference, 'controller') === true);",
    ['find → findLast'],
    'The API server accepts one controller.',
  ],
  [
    'diagnosis/image-pull',
    "const pullError = use.state.status === 'missing' ? use.state.pullError : undefined;",
    ["use.state.status === 'missing' → true"],
    'Only the state of a missing image has one; the type asks for it.',
  ],
  ['codec/go/yaml-value', "if (!/^[-+0-9]/.test(text)) return ['str', text];", ["'str' → ''"], OWN_VALUE],
  [
    'codec/go/yaml-value',
    "return Number.isFinite(value) ? ['float', value] : ['str', text];",
    ["'str' → ''"],
    OWN_VALUE,
  ],
  [
    'secret/image',
    `if (slash < 0) return { domain: DEFAULT_DOMAIN, remainder: \`library/\${text}\` };`,
    ['0 → 1', '< → <='],
    'What begins with a slash is no name either way.',
  ],
  ['secret/coverage', 'return text.toLowerCase();', ['toLowerCase → toUpperCase'], 'Both sides are changed alike.'],
  [
    'secret/docker-config',
    'throw error instanceof Base64Error ? new DockerConfigError(error.message, server) : error;',
    ['error instanceof Base64Error → true'],
    'The other error that is thrown there is the same.',
  ],
  [
    'credentials/docker-lookup',
    'byHost ??= auths.has(key) ? undefined : firstOfEach(auths.keys(), convertToHostname);',
    ['auths.has(key) → false'],
    FASTER,
  ],
  ...['SANDBOX_FAILS', 'ON_ITS_WAY'].map(
    (name) =>
      [
        'workloads/waiting-reason',
        `const ${name}: WaitingReason = { image: 'unknown', fails: ${name === 'ON_ITS_WAY' ? 'undefined' : "'container'"} };`,
        ["'unknown' → ''"],
        'It is told by being neither of the others.',
      ] as const,
  ),
  [
    'gather/workload',
    "const names = [...listedNames(list), ...(account.status === 'there' ? listedNames(account.imagePullSecrets) : [])];",
    ["account.status === 'there' → true"],
    NO_OTHER,
  ],
  [
    'gather/pod',
    "...(account.status === 'there' ? listedNames(account.imagePullSecrets) : []),",
    ["account.status === 'there' → true"],
    NO_OTHER,
  ],
  [
    'changes/recreate',
    'if (!(error instanceof ApiError)) throw error;',
    ['!(error instanceof ApiError) → false'],
    'What is no answer of the API server is thrown below, too.',
  ],
];

export const SAME_IN_ROOMS = IN_ROOMS.flatMap(([file, code, changes, reason]) =>
  changes.map((change) => ({ file: `src/${file}.ts`, code, change, reason })),
);
