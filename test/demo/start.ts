/** `npm run demo`: finds a cluster for the demo, or says what is missing. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { isCommand, missing } from '../environment/availability.ts';
import { choosePlace, type Surroundings } from './place.ts';
import { shortPlay } from './short-play.ts';

const here: Surroundings = {
  env: process.env,
  home: homedir(),
  // The demo always builds its registries, which needs Go.
  unbuildable: missing('cluster') ?? (isCommand('go') ? undefined : 'there is no Go'),
  exists: existsSync,
  list: (folder) => (existsSync(folder) ? readdirSync(folder) : []),
  context() {
    const { status, stdout } = spawnSync('kubectl', ['config', 'current-context'], { encoding: 'utf8' });
    return status === 0 ? stdout.trim() : undefined;
  },
  async ask(question) {
    if (!process.stdin.isTTY) return false;
    const line = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return /^y(es)?$/i.test((await line.question(question)).trim());
    } finally {
      line.close();
    }
  },
};

const place = await choosePlace(here);
switch (place.kind) {
  case 'built':
    inRun('demo.ts');
    break;
  case 'programs':
    console.log(`There is no Go here, so no registry and no node either: an API server of ${place.folder}.`);
    inRun('api-server.ts', { KUBEBUILDER_ASSETS: place.folder });
    break;
  case 'namespace':
    // The signal ends the running command, which also gets it, and the demo then removes its namespace.
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => undefined);
    try {
      shortPlay({ env: process.env, context: place.context, print: (text) => process.stdout.write(text) });
    } catch (error) {
      console.error((error as Error).message);
      process.exitCode = 1;
    }
    break;
  case 'none':
    console.error(place.text);
    process.exitCode = 1;
}

/** Runs a script of this folder with test-run.ts, which cleans up however the script ends. */
function inRun(script: string, variables: NodeJS.ProcessEnv = {}): void {
  const run = join(import.meta.dirname, '../environment/test-run.ts');
  const child = spawn(process.execPath, [run, '60', join(import.meta.dirname, script)], {
    env: { ...process.env, ...variables },
    stdio: 'inherit',
  });
  // Forwards the signals. The child ends after it has cleaned up.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => child.kill(name));
  child.once('exit', (code) => process.exit(code ?? 1));
}
