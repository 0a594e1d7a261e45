/** Third-party Go programs that make or check a part of a release. Each version is built once and kept. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { execute } from '../runtime.ts';

/** The Go package of each program, with its version. */
const TOOLS = {
  actionlint: 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
  cosign: 'github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3',
  crane: 'github.com/google/go-containerregistry/cmd/crane@v0.22.1',
  govulncheck: 'golang.org/x/vuln/cmd/govulncheck@v1.9.0',
  helm: 'helm.sh/helm/v4/cmd/helm@v4.3.1',
  krew: 'sigs.k8s.io/krew/cmd/krew@v0.4.3',
  kubeconform: 'github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0',
  // 2.46 and later use modules of go.digitalxero.dev, which the Go module proxy does not serve.
  nfpm: 'github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2',
  syft: 'github.com/anchore/syft/cmd/syft@v1.57.1',
  'validate-krew-manifest': 'sigs.k8s.io/krew/cmd/validate-krew-manifest@v0.4.3',
} as const satisfies Readonly<Record<string, string>>;

export type GoTool = keyof typeof TOOLS;

/** The path of the program. It is built first if needed, which takes minutes for some. Throws with go's error message. */
export function goTool(name: GoTool): string {
  const [path = '', version = ''] = `${TOOLS[name]}`.split('@');
  return kept(`${name}-${version}`, (building) => {
    process.stderr.write(`building ${name} ${version} with go (minutes, once)\n`);
    const env = { ...process.env, GOBIN: building, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' };
    execute('go', ['install', '-trimpath', '-ldflags=-s -w', `${path}@${version}`], env);
    return join(building, basename(path.replace(/\/v\d+$/, '')));
  });
}

/**
 * The path of the tool kept as `name`. If it does not exist yet, `make` creates it in a temporary folder and returns its path
 * there, so that the tool appears complete or not at all. Throws what `make` throws.
 */
export function kept(name: string, make: (temporary: string) => string): string {
  const folder = toolFolder();
  const path = join(folder, name);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const temporary = mkdtempSync(join(folder, '.making-'));
  try {
    renameSync(make(temporary), path);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return path;
}

/** The folder in which third-party programs are kept. */
export function toolFolder(): string {
  const cache =
    process.env.REGSECRET_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'regsecret');
  return join(cache, 'tools');
}
