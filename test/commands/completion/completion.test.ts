/** TAB in real shells, and the `__complete` command that their scripts call, with an API server that has a few names. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMPLETING_SHELLS } from '../../support/completing-shells.ts';
import { here } from '../../support/here.ts';
import { installed } from '../../support/installed.ts';
import { artefact, execute } from '../../support/program.ts';
import { keys, terminalOf } from '../../support/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'regsecret-completion-'));
const [bin, kubeconfig, plugin] = [join(folder, 'bin'), join(folder, 'kubeconfig'), join(folder, 'plugin-ran')];
const CONTEXT = 'arn:aws:eks:1';

const NAMES: Readonly<Record<string, readonly string[]>> = {
  namespaces: ['team-a', 'other'],
  secrets: ['pull-secret'],
  serviceaccounts: ['builder'],
  deployments: ['web'],
  nodes: ['n1'],
};

let server: Server;
/** An API server that takes requests and never answers. */
let deaf: Server;

beforeAll(async () => {
  server = createServer(({ url = '', headers }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://server');
    const isLegacy = searchParams.get('fieldSelector') === 'type=kubernetes.io/dockercfg';
    const groups = `${headers['impersonate-group'] ?? ''}`.split(', ').filter(Boolean);
    const names = isLegacy ? [] : [...(NAMES[pathname.split('/').at(-1) ?? ''] ?? []), ...groups];
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ kind: 'List', items: names.map((name) => ({ metadata: { name } })) }));
  });
  deaf = createServer(() => undefined);
  const ports = await Promise.all([server, deaf].map(listening));
  const [cluster, away] = ports.map((port) => ({ server: `http://127.0.0.1:${port}` }));
  const config = {
    clusters: [
      { name: 'near', cluster },
      { name: 'away', cluster: away },
    ],
    users: [
      { name: 'jane', user: {} },
      {
        name: 'asks',
        user: {
          exec: {
            apiVersion: 'client.authentication.k8s.io/v1',
            command: 'touch',
            args: [plugin],
            interactiveMode: 'Never',
          },
        },
      },
    ],
    contexts: [
      { name: CONTEXT, context: { cluster: 'near', user: 'jane' } },
      { name: 'away', context: { cluster: 'away', user: 'jane' } },
      { name: 'asks', context: { cluster: 'near', user: 'asks' } },
    ],
    'current-context': CONTEXT,
  };
  mkdirSync(bin);
  writeFileSync(kubeconfig, JSON.stringify({ kind: 'Config', apiVersion: 'v1', ...config }));
  writeFileSync(join(folder, 'auth.json'), '{}');
  const program = artefact()
    .map((word) => `'${word}'`)
    .join(' ');
  const script = `#!/bin/sh\ncase $1 in __complete|completion) exec ${program} "$@" ;; esac\necho "ran: $*."\n`;
  writeFileSync(join(bin, 'regsecret'), script);
  chmodSync(join(bin, 'regsecret'), 0o755);
  // npm makes such a script for PowerShell, which prefers it to a file without an extension.
  const call = artefact()
    .map((word) => `'${word.replaceAll("'", "''")}'`)
    .join(' ');
  writeFileSync(join(bin, 'regsecret.ps1'), `& ${call} $args\nexit $LASTEXITCODE\n`);
});

afterAll(() => {
  for (const one of [server, deaf]) {
    one.closeAllConnections();
    one.close();
  }
  rmSync(folder, { recursive: true });
});

async function listening(one: Server): Promise<number> {
  await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
  return (one.address() as AddressInfo).port;
}

/** Without XDG_RUNTIME_DIR, fish would leave a folder in /tmp. */
const env = () => ({ HOME: folder, KUBECONFIG: kubeconfig, XDG_RUNTIME_DIR: folder });

async function proposed(...words: string[]): Promise<readonly string[]> {
  const { code, stdout, stderr } = await here(['__complete', ...words], { env: env() });
  expect([code, stderr]).toEqual([0, '']);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t')[0] ?? '');
}

describe('what is proposed', () => {
  test.each<[words: string, candidates: readonly string[]]>([
    ['list -o ', ['wide', 'json', 'yaml', 'name', ':4']],
    ['list -o=', ['wide', 'json', 'yaml', 'name', ':4']],
    ['create --dry-run=', ['none', 'client', 'server', ':4']],
    ['verify --on-node=', ['all', 'n1', ':4']],
    ['verify --on-node ', ['pull-secret', ':4']],
    ['completion ', ['bash', 'zsh', 'fish', 'powershell', 'kubectl', ':4']],
    ['-n ', ['other', 'team-a', ':4']],
    ['list -n ', ['other', 'team-a', ':4']],
    ['list --namespace=', ['other', 'team-a', ':4']],
    ['list ', ['pull-secret', ':4']],
    ['get secrets ', ['pull-secret', ':4']],
    ['--namespace=team-a list ', ['pull-secret', ':4']],
    ['list one --no-headers ', ['pull-secret', ':4']],
    ['create pull-secret ', [':4']],
    ['list --no-headers=', [':4']],
    ['rbac --namespace=team-a list -o ', ['wide', 'json', 'yaml', 'name', ':4']],
    ['-n team-a describe ', ['pull-secret', ':4']],
    ['attach --sa ', ['builder', ':4']],
    ['attach --to ', ['deployment/web', 'serviceaccount/builder', ':4']],
    ['rbac attach --serviceaccount ', ['builder', ':4']],
    ['why ', ['deployment/web', 'serviceaccount/builder', ':4']],
    ['list --context ', [CONTEXT, 'asks', 'away', ':4']],
    ['sync --to-context ', [CONTEXT, 'asks', 'away', ':4']],
    ['sync --to ', ['other', 'team-a', ':4']],
    ['sync --exclude=', ['other', 'team-a', ':4']],
    ['list --cluster ', ['away', 'near', ':4']],
    ['list --user ', ['asks', 'jane', ':4']],
    ['list --context away -n ', [':4']],
    ['list --context asks -n ', [':4']],
    ['list --context none -n ', [':4']],
    ['list --as ', [':4']],
    ['list --as jane --as-group=ops --as-group dev -n ', ['dev', 'ops', 'other', 'team-a', ':4']],
    ['list -n=team-a --as-group ops --as jane --insecure-skip-tls-verify=false ', ['ops', 'pull-secret', ':4']],
    ['list --certificate-authority /nowhere -n ', [':4']],
    ['create --from-file ', [':0']],
    ['create secret ', [':4']],
    ['list --nonsense=', [':4']],
    ['nonsense ', [':4']],
  ])('behind %j', async (line, candidates) => {
    expect(await proposed(...line.split(' '))).toEqual(candidates);
    expect(existsSync(plugin)).toBe(false);
  });

  test.each([
    ['', 'why'],
    ['help ', 'create'],
    ['rbac ', 'attach'],
    ['list --', '--no-headers'],
    ['-', '--context'],
  ])('behind %j there is %s', async (line, candidate) => {
    expect(await proposed(...line.split(' '))).toContain(candidate);
  });
});

/** The keys typed before TAB, and the command line after it. */
const TYPED: readonly (readonly [keys: string, line: string])[] = [
  ['lis', 'list'],
  ['list --no-he', 'list --no-headers'],
  ['list -n te', 'list -n team-a'],
  ['list --namespace=te', 'list --namespace=team-a'],
  ['-n team-a inspect pu', '-n team-a inspect pull-secret'],
  ['list --context arn:aws:e', `list --context ${CONTEXT}`],
  ['why deployment/w', 'why deployment/web'],
  ['create --from-file aut', 'create --from-file auth.json'],
];

describe.each(COMPLETING_SHELLS)('TAB in %s', (_, { command, setUp }) => {
  test('goes on with what was meant', { timeout: 60_000 }, async () => {
    const PATH = `${bin}:${process.env.PATH}`;
    const tty = terminalOf(['/bin/sh', '-c', `cd '${folder}' && exec "$0" "$@"`, ...command], { ...env(), PATH }, 100);
    tty.type(`${setUp('regsecret completion')}\r`);
    await tty.see('ready-2');
    for (const [typed, line] of TYPED) {
      tty.type(`regsecret ${typed}\t`);
      // The shell shows the rest of the word once `__complete` has answered.
      await tty.see(line.slice(-2));
      tty.type(keys.enter);
      await tty.see(`ran: ${line}.`);
    }
    tty.type('exit\r');
    await tty.ended;
  });
});

describe('the script for PowerShell', () => {
  test('runs nothing that is typed', async () => {
    const { code, stdout } = await here(['completion', 'powershell']);
    expect(code).toBe(0);
    // Text in quotes or after a # calls nothing.
    const called = stdout.replace(/'[^'\n]*'|"[^"\n]*"|#.*/g, '').match(/& \S+.*?(?=\))|Invoke-\w+|iex\b/g);
    expect(called).toEqual(['& regsecret __complete @words $asked 2> $null']);
  });

  // GitHub's runners have PowerShell.
  test.runIf(installed('pwsh', ['pwsh']))('goes on with what was meant', { timeout: 120_000 }, async () => {
    const typed = [...TYPED, ['list -o j', 'list -o json'], ['list -o=j', 'list -o=json']].map(([keys]) => keys);
    const program = `
      (& regsecret completion powershell) -join [Environment]::NewLine | Invoke-Expression
      $completed = foreach ($typed in (ConvertFrom-Json $env:TYPED)) {
        $line = 'regsecret ' + $typed
        $found = TabExpansion2 $line $line.Length
        $text = @($found.CompletionMatches)[0].CompletionText
        $line.Remove($found.ReplacementIndex, $found.ReplacementLength).Insert($found.ReplacementIndex, $text)
      }
      ConvertTo-Json @($completed)`;
    const PATH = `${bin}${delimiter}${process.env.PATH}`;
    const ran = await execute(['pwsh', '-NoProfile', '-NonInteractive', '-Command', program], {
      cwd: folder,
      env: { ...platformEnv(), ...env(), PATH, TYPED: JSON.stringify(typed) },
    });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const lines = [...TYPED.map(([, line]) => line), 'list -o json', 'list -o=json'];
    const completed: string[] = JSON.parse(ran.stdout);
    expect(completed.map((line) => line.replace(/\.[\\/]/, ''))).toEqual(lines.map((line) => `regsecret ${line}`));
  });
});

/** The variables without which programs do not start on Windows. */
function platformEnv(): Record<string, string> {
  const names = ['SystemRoot', 'PATHEXT', 'TEMP', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA', 'PSModulePath'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

test.runIf(process.platform !== 'win32')('the script for kubectl asks the plugin', () => {
  const script = join(bin, 'kubectl_complete-regsecret');
  const { stdout } = spawnSync(artefact()[0], [...artefact().slice(1), 'completion', 'kubectl'], { encoding: 'utf8' });
  writeFileSync(script, stdout);
  chmodSync(script, 0o755);
  writeFileSync(join(bin, 'kubectl-regsecret'), '#!/bin/sh\nexec regsecret "$@"\n');
  chmodSync(join(bin, 'kubectl-regsecret'), 0o755);
  const ran = spawnSync(script, ['list', '-o', ''], {
    encoding: 'utf8',
    env: { ...env(), PATH: `${bin}:${process.env.PATH}` },
  });
  expect(ran.stdout).toBe('wide\njson\nyaml\nname\n:4\n');
});
