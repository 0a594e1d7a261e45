/** Credential helpers for the registries of three clouds, built of the modules that helpers/go.sum has the sums of. */
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute } from '../../runtime.ts';
import type { LayerEntry } from './layer.ts';

const MODULE = join(import.meta.dirname, '..', 'helpers');

const PACKAGES = [
  'github.com/awslabs/amazon-ecr-credential-helper/ecr-login/cli/docker-credential-ecr-login',
  'github.com/GoogleCloudPlatform/docker-credential-gcr/v2',
  'github.com/chrismellard/docker-credential-acr-env',
];

/** The one for ECR keeps logins in a file of its home otherwise, which cannot be written here. */
export const HELPER_ENV = { AWS_ECR_DISABLE_CACHE: 'true' };

/** The helpers for an architecture, on PATH. Go compiles the same sources to the same bytes, if it is the same Go. */
export function helperEntries(architecture: string): readonly LayerEntry[] {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-helpers-'));
  try {
    const env = { ...process.env, GOOS: 'linux', GOARCH: architecture, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' };
    const flags = ['-mod=readonly', '-trimpath', '-buildvcs=false', '-ldflags=-s -w'];
    execute('go', ['-C', MODULE, 'build', ...flags, '-o', `${folder}/`, ...PACKAGES], env);
    return globSync('docker-credential-*', { cwd: folder }).map((name) => ({
      path: `usr/local/bin/${name}`,
      content: readFileSync(join(folder, name)),
      mode: 0o755,
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
