/** Writes a generated machine to disk. Its helpers are shell scripts because thousands of them are started. */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LoginCase } from './login-cases.ts';
import type { HelperAnswer } from './machine.ts';

export interface LoginMachine {
  readonly env: Readonly<Record<string, string>>;
  readonly expand: (text: string) => string;
  readonly remove: () => void;
}

/** Writes `one` into the folder `root`, which must not exist yet. */
export function loginMachine(one: LoginCase, root: string): LoginMachine {
  const folders = { HOME: join(root, 'home'), XDG_RUNTIME_DIR: join(root, 'run'), PATH: join(root, 'bin') };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  const expand = (text: string): string =>
    text.replaceAll('$HOME', folders.HOME).replaceAll('$XDG_RUNTIME_DIR', folders.XDG_RUNTIME_DIR);
  for (const [path, content] of Object.entries(one.files)) {
    mkdirSync(dirname(expand(path)), { recursive: true });
    writeFileSync(expand(path), content);
  }
  for (const [suffix, answers] of Object.entries(one.helpers)) {
    const path = join(folders.PATH, `docker-credential-${suffix}`);
    writeFileSync(path, script(answers));
    chmodSync(path, 0o755);
  }
  const env = Object.fromEntries(Object.entries(one.env).map(([name, value]) => [name, expand(value)]));
  return {
    env: { ...folders, ...env },
    expand,
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

function script(answers: Readonly<Record<string, HelperAnswer>>): string {
  const list = Object.fromEntries(Object.keys(answers).map((server) => [server, 'u']));
  const cases = Object.entries(answers).map(([server, answer]) => `${quote(`get:${server}`)}) ${reply(answer)};;`);
  return [
    '#!/bin/sh',
    'read -r server',
    'case "$1:$server" in',
    ...cases,
    `list:*) echo ${quote(JSON.stringify(list))};;`,
    '*) echo credentials not found in native keychain; exit 1;;',
    'esac',
    '',
  ].join('\n');
}

function reply(answer: HelperAnswer): string {
  if ('error' in answer) return `echo ${quote(answer.error)}; exit 1`;
  return `echo ${quote('raw' in answer ? answer.raw : JSON.stringify(answer))}`;
}

function quote(text: string): string {
  return `'${text}'`;
}
