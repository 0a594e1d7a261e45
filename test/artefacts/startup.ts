/** The modules that a run may load before it does its work. Measure before you add to a list. */

/** Loaded by every run. */
export const START = [
  'cli',
  'command-table',
  'commands/attach/attach-flags',
  'commands/command-line',
  'commands/create/create-flags',
  'commands/doctor/doctor-flags',
  'commands/flag-values',
  'commands/rbac/rbac-flags',
  'commands/read-line',
  'commands/remove/remove-flags',
  'commands/rotate/rotate-flags',
  'commands/shared-flags',
  'commands/short-help',
  'commands/show/show-flags',
  'commands/sync/sync-flags',
  'errors',
  'main',
  'output/printer',
  'output/style',
  'run',
  'system/clock',
  'system/io',
  'version',
];

/** Loaded by `create` with kubectl's flags. The code that prints the Secret is in the same chunk. */
export const CREATE = [
  'codec/yaml',
  'commands/create/create',
  'commands/create/create-printer',
  'credentials/collect',
  'credentials/credential-flags',
  'output/login-remarks',
  'output/secret-manifest',
  'system/prompt',
];

/** Files of the pure rooms that must load later: they read, merge and judge. The other files there are small. */
export const LATER = [
  'credentials/login-file',
  'findings/finding',
  'findings/finding-record',
  'findings/secret-rules',
  'secret/docker-config',
  'secret/keyring',
  'secret/merge',
  'secret/payload',
  'secret/secret-plan',
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
