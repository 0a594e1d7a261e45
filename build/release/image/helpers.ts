/** Credential helpers for the registries of two clouds, built from the modules whose checksums are in helpers/go.sum. */
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute } from '../../runtime.ts';
import { type GoModule, helperLicences } from './helper-licences.ts';
import type { LayerEntry } from './layer.ts';

/** The folder of their module. */
export const HELPER_MODULE = join(import.meta.dirname, '..', 'helpers');

export const HELPER_PACKAGES: readonly string[] = [
  'github.com/awslabs/amazon-ecr-credential-helper/ecr-login/cli/docker-credential-ecr-login',
  'github.com/GoogleCloudPlatform/docker-credential-gcr/v2',
];

/** Environment for the helpers. The ECR helper would otherwise cache logins in a file in its home, which is read-only here. */
export const HELPER_ENV = { AWS_ECR_DISABLE_CACHE: 'true' };

/**
 * The helpers for an architecture, on PATH, with their licences. The same version of Go builds the same bytes from the same
 * sources.
 */
export function helperEntries(architecture: string): readonly LayerEntry[] {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-helpers-'));
  try {
    const env = { ...process.env, GOOS: 'linux', GOARCH: architecture, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' };
    // Without inlining they are a tenth smaller. Speed does not matter because they wait for a cloud anyway.
    const flags = ['-mod=readonly', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-gcflags=all=-l'];
    execute('go', ['-C', HELPER_MODULE, 'build', ...flags, '-o', `${folder}/`, ...HELPER_PACKAGES], env);
    const programs = globSync('docker-credential-*', { cwd: folder }).map((name) => ({
      path: `usr/local/bin/${name}`,
      content: readFileSync(join(folder, name)),
      mode: 0o755,
    }));
    const licences = Buffer.from(helperLicences(modulesOf(env)));
    return [...programs, { path: 'usr/share/doc/credential-helpers/LICENSES.txt', content: licences }];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The modules with code in a helper, and Go with its standard library. */
function modulesOf(env: NodeJS.ProcessEnv): readonly GoModule[] {
  const format = '{{with .Module}}{{.Path}} {{.Version}} {{.Dir}}{{end}}';
  const lines = execute('go', ['-C', HELPER_MODULE, 'list', '-deps', '-f', format, ...HELPER_PACKAGES], env)
    .trim()
    .split('\n');
  const [version = '', root = ''] = execute('go', ['env', 'GOVERSION', 'GOROOT'], env).trim().split('\n');
  const modules = [...new Set(lines)].sort().map((line) => {
    const [name = '', of = '', ...folder] = line.split(' ');
    return { name, version: of, folder: folder.join(' ') };
  });
  return [{ name: 'Go', version: version.replace('go', ''), folder: root }, ...modules];
}
