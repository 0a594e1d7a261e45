/** The modules that a run may load before it does its work. Measure before you add to a list. */

/** Loaded by every run. */
export const START = [
  'cli',
  'clock',
  'command-table',
  'errors',
  'flags/attach-flags',
  'flags/command-line',
  'flags/create-flags',
  'flags/doctor-flags',
  'flags/flag-values',
  'flags/fleet-flags',
  'flags/rbac-flags',
  'flags/read-line',
  'flags/reader-flags',
  'flags/shared-flags',
  'flags/short-help',
  'flags/sync-flags',
  'io',
  'main',
  'output/printer',
  'output/style',
  'run',
  'version',
];

/** Loaded by `create` with kubectl's flags. The code that prints the Secret is in the same chunk. */
export const CREATE = [
  ...[
    'commands/create',
    'credentials/collect',
    'credentials/credential-flags',
    'output/create-printer',
    'output/login-remarks',
    'output/secret-manifest',
    'prompt',
    'yaml',
  ],
];

/** Files of src/domain/ that must load later: they read, merge and judge. The other files there are small. */
export const LATER = [
  ...[
    'findings/secret-rules',
    'docker-config/config-files',
    'docker-config/docker-config',
    'findings/catalog',
    'findings/finding',
    'keyring/keyring',
  ],
  ...['docker-config/login-file', 'pull-secret/merge', 'keyring/payload', 'pull-secret/plan'],
];

/** Node's built-in modules that take a millisecond or more to load. */
export const DEAR = [
  'child_process',
  'crypto',
  'http',
  'https',
  'net',
  'stream',
  'tls',
  'tty',
  'worker_threads',
  'zlib',
];

export const DOCKER_FLAGS = ['--docker-server=r.io', '--docker-username=u', '--docker-password=p'];
