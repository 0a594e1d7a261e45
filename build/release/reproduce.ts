/**
 * `npm run reproduce [-- TARGET…]` makes the archives of this commit twice, with different folders, time zones and umasks, and
 * fails unless they are equal byte for byte. Without a target it makes all platforms, which takes ten minutes.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execute } from '../runtime.ts';
import { RELEASE_FOLDER } from './release-info.ts';
import { SUMS } from './sums.ts';

const BUILDS = [
  { folder: 'a', zone: 'UTC', umask: '022' },
  { folder: join('another', 'and-a-longer-one'), zone: 'Pacific/Kiritimati', umask: '077' },
];

// The commit is fixed now, because HEAD may change in the meantime.
const commit = execute('git', ['rev-parse', 'HEAD']).trim();
const targets = process.argv.slice(2).map((name) => `--target=${name}`);
const folder = mkdtempSync(join(tmpdir(), 'regsecret-reproduce-'));
try {
  const [first, second] = BUILDS.map((build) => sumsOf(join(folder, build.folder), build.zone, build.umask));
  process.stdout.write(first ?? '');
  if (first !== second) throw new Error(`the second time it is\n${second}`);
  process.stdout.write('equal, byte for byte\n');
} finally {
  rmSync(folder, { recursive: true, force: true });
  execute('git', ['worktree', 'prune']);
}

/** Builds a copy of the repository at `copy`, and returns its SHA256SUMS. */
function sumsOf(copy: string, zone: string, umask: string): string {
  mkdirSync(join(copy, '..'), { recursive: true });
  execute('git', ['worktree', 'add', '--detach', copy, commit]);
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
  const release = `node build/release/release.ts ${targets.join(' ')} archives`;
  const script = `umask ${umask} && cd "$1" && npm run build && ${release}`;
  process.stderr.write(`in ${zone}: ${release}\n`);
  execute('sh', ['-c', script, 'sh', copy], { ...process.env, TZ: zone });
  return readFileSync(join(copy, RELEASE_FOLDER, SUMS), 'utf8');
}
