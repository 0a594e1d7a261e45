/** What a run may load before it does its work: as much as it needs. Measure before you add to a list. */

/** Every run. */
export const START = [
  'cli',
  'command-table',
  'errors',
  'flags/attach-flags',
  'flags/command-line',
  'flags/create-flags',
  'flags/doctor-flags',
  'flags/flag-values',
  'flags/fleet-flags',
  'flags/rbac-flags',
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

/** `create` with the flags of kubectl; printing it is in the same chunk. */
export const CREATE = [
  ...[
    'commands/create',
    'credentials/collect',
    'credentials/credential-flags',
    'output/create-printer',
    'output/secret-manifest',
    'prompt',
    'yaml',
  ],
];

/** Of src/domain/, whose files are small: what is for reading, merging and judging. */
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

/** Node's own modules that cost a millisecond or more. */
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
