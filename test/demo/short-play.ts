/** The demo without a registry and a node: everything up to the pull, which would need both. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../bin/regsecret.cjs', import.meta.url));
const IMAGE = 'registry.example.com/team/app:v1';

export interface Stage {
  /** kubectl's environment, which selects the cluster. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly context?: string;
  /** Whether the demo has to create the namespace's service account, because no controller does. */
  readonly makesAccount?: boolean;
  print(text: string): void;
}

/** Creates a namespace, runs the demo in it, and removes it. Throws if a command ends in another way than it should. */
export function shortPlay(stage: Stage): void {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-demo-'));
  const namespace = `regsecret-demo-${randomBytes(4).toString('hex')}`;
  const cluster = stage.context === undefined ? [] : ['--context', stage.context];
  const place = ['-n', namespace, ...cluster];
  const path = [dirname(process.execPath), stage.env.PATH].join(delimiter);
  const env = { ...stage.env, PATH: path, DOCKER_CONFIG: folder, REGISTRY_AUTH_FILE: join(folder, 'config.json') };
  const auth = Buffer.from('janedoe:not-a-real-password').toString('base64');
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { 'registry.example.com': { auth } } }));
  const run = (command: string, args: readonly string[], codes: readonly number[] = [0]): void => {
    const { stdout, stderr, status } = spawnSync(command, args, { env, encoding: 'utf8' });
    stage.print(`${stdout ?? ''}${stderr ?? ''}`);
    if (!codes.includes(status ?? -1)) throw new Error(`"${[command, ...args].join(' ')}" ended with ${status}`);
  };
  const kubectl = (args: readonly string[], where: readonly string[] = cluster): void => {
    stage.print(`$ kubectl ${args.join(' ')}\n`);
    run('kubectl', [...args, ...where]);
  };
  const regsecret = (line: string, codes?: readonly number[]): void => {
    stage.print(`$ regsecret ${line}\n`);
    run(process.execPath, [program, ...line.split(' '), ...place], codes);
  };
  const show = (text: string): void => stage.print(`\n# ${text}\n`);
  let made = false;
  try {
    show(`A namespace for the demo: ${namespace}.`);
    kubectl(['create', 'namespace', namespace]);
    made = true;
    if (stage.makesAccount) kubectl(['create', 'serviceaccount', 'default'], place);
    show('The pull secret, from a login that is where docker keeps it.');
    regsecret('create --server registry.example.com');
    show('What is in it.');
    regsecret('inspect');
    show('Could a new pod pull its image? No registry is asked, for this one does not exist.');
    regsecret(`why ${IMAGE} --offline`, [0, 1, 3]);
    show('New pods get the Secret with their service account.');
    regsecret('attach --serviceaccount default');
    regsecret(`why ${IMAGE} --offline -v`, [0, 1, 3]);
    regsecret('list');
  } finally {
    if (made) {
      show('Nothing of it stays.');
      kubectl(['delete', 'namespace', namespace, '--wait=false']);
    }
    rmSync(folder, { recursive: true, force: true });
  }
}
