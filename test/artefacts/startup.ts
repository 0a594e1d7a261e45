/** What a run may load before it does its work: as much as it needs. Whoever adds to a list has measured it. */

/** Every run. */
export const START = ['cli', 'errors', 'io', 'main', 'output/printer', 'output/style', 'run', 'version'];

/** `create` with the flags of kubectl; printing it is in the same chunk. */
export const CREATE = [
  ...['commands/create', 'credentials/collect', 'credentials/flags', 'credentials/prompt'],
  ...['output/manifest', 'output/plain-yaml', 'yaml'],
];

/** Of src/domain/, whose files are small: what is for reading, merging and judging. */
export const LATER = ['diagnose', 'docker-config', 'finding', 'keyring', 'login-file', 'merge', 'payload', 'plan'];

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
