/** `npm run demo`: finds a cluster to play on, and says what is missing where there is none. */
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
  // Registries are built in any case.
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
    inRun('api-server.ts', place.folder);
    break;
  case 'namespace':
    // What runs then ends, and the namespace is removed.
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

/** Runs a script of this folder, and leaves nothing behind whatever becomes of it. */
function inRun(script: string, ...args: string[]): void {
  const run = join(import.meta.dirname, '../environment/test-run.ts');
  const child = spawn(process.execPath, [run, '40', join(import.meta.dirname, script), ...args], { stdio: 'inherit' });
  // It hears them, too, and ends when its work has been cleared away.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => child.kill(name));
  child.once('exit', (code) => process.exit(code ?? 1));
}
