/** What govulncheck knows about the credential helpers, which are the only programs in Go that a release ships. */
import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import { goTool } from '../go-tool.ts';
import { HELPER_MODULE, HELPER_PACKAGES } from '../image/helpers.ts';
import { NotChecked, type Vulnerability } from './vulnerability.ts';

/** golang.org/x/vuln internal/govulncheck/govulncheck.go `Message`: one object after the other, each with one of these. */
const Message = z.object({
  config: z.object({ protocol_version: z.string(), scan_level: z.literal('symbol') }).optional(),
  osv: z.object({ id: z.string(), summary: z.string().optional() }).optional(),
  finding: z
    .object({
      osv: z.string(),
      trace: z.array(z.object({ module: z.string(), version: z.string(), function: z.string().optional() })).min(1),
    })
    .optional(),
});

/** The report for helpers on Linux with this architecture, as text. Throws `NotChecked` when govulncheck fails. */
export function govulncheck(architecture: string): string {
  const env = { ...process.env, GOOS: 'linux', GOARCH: architecture, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' };
  const args = ['-C', HELPER_MODULE, '-json', ...HELPER_PACKAGES];
  const { status, stdout, stderr, error } = spawnSync(programOf(), args, { env, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new NotChecked(error?.message ?? stderr.trim());
  return stdout;
}

function programOf(): string {
  try {
    return goTool('govulncheck');
  } catch (error) {
    throw new NotChecked(`${error instanceof Error ? error.message : error}`);
  }
}

/**
 * The vulnerabilities whose code a helper can reach; Go's linker leaves out the rest. The standard library is a module here too.
 * Throws `NotChecked` for what is not a report.
 */
export function inGovulncheck(text: string): Vulnerability[] {
  const messages = text.split(/^(?=\{)/m).map(messageIn);
  if (!messages.some(({ config }) => config !== undefined)) throw new NotChecked('govulncheck: there is no report');
  const titles = new Map(messages.flatMap(({ osv }) => (osv === undefined ? [] : [[osv.id, osv.summary ?? '']])));
  const found = new Map<string, Vulnerability>();
  for (const { finding } of messages) {
    const [code] = finding?.trace ?? [];
    if (finding === undefined || code?.function === undefined) continue;
    const { osv: id } = finding;
    const url = `https://pkg.go.dev/vuln/${id}`;
    const { module, version } = code;
    found.set(`${id} ${module}`, { id, package: module, version, title: titles.get(id) ?? '', url });
  }
  return [...found.values()];
}

function messageIn(text: string): z.infer<typeof Message> {
  try {
    return Message.parse(JSON.parse(text));
  } catch {
    throw new NotChecked('govulncheck: the answer is not a report');
  }
}
