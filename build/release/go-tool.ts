/** Programs of others, written in Go, that make or check a part of a release: built once per version, and kept. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { execute } from '../runtime.ts';

/** Each by its package, with the version. */
const TOOLS = {
  actionlint: 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
  cosign: 'github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3',
  crane: 'github.com/google/go-containerregistry/cmd/crane@v0.22.1',
  helm: 'helm.sh/helm/v4/cmd/helm@v4.3.1',
  krew: 'sigs.k8s.io/krew/cmd/krew@v0.4.3',
  kubeconform: 'github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0',
  // 2.46 and later use modules of go.digitalxero.dev, which the Go module proxy does not give out.
  nfpm: 'github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2',
  syft: 'github.com/anchore/syft/cmd/syft@v1.57.1',
  'validate-krew-manifest': 'sigs.k8s.io/krew/cmd/validate-krew-manifest@v0.4.3',
} as const satisfies Readonly<Record<string, string>>;

export type GoTool = keyof typeof TOOLS;

/** The path of the program; it is built first where it is not there yet, which takes minutes for some. Throws with what go says. */
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
 * The path of what is kept as `name`. Where it is not there yet, `make` makes it in a temporary folder and returns its path, so
 * that it is there whole or not at all. Throws what `make` throws.
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

/** Where programs of others are kept. */
export function toolFolder(): string {
  const cache =
    process.env.REGSECRET_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'regsecret');
  return join(cache, 'tools');
}
