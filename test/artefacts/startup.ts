/** What a run may load before it does its work: as much as it needs. Whoever adds to a list has measured it. */

/** Every run. */
export const START = ['cli', 'errors', 'io', 'main', 'output/printer', 'output/style', 'run', 'version'];

/** `create` with the flags of kubectl. */
export const CREATE = ['commands/create', 'credentials/collect', 'credentials/flags', 'credentials/prompt'];

/** What of src/domain/ that needs. */
export const CREATE_DOMAIN = [
  ...['base64', 'example-image', 'expiry', 'glob', 'go-url', 'image', 'ip-address', 'json', 'json-scanner'],
  ...['json-web-token', 'key', 'match', 'object-name', 'printable', 'pull-secret', 'quote-byte', 'secret', 'server'],
  ...['trim', 'usable-entry', 'utf8', 'verdict'],
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
