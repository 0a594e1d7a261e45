/** Two concurrent runs that recreate the same pod: both outputs are true, and nothing that one of them attached is lost. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { newNamespace } from '../environment/use.ts';
import { listOf, named, newPullSecret, newWorkload, regsecretIn } from '../support/attach-world.ts';
import { some } from '../support/cases.ts';

const ROUNDS = some(
  Array.from({ length: 25 }, (_, index) => index + 1),
  5,
);

let namespace = '';
beforeAll(async () => {
  namespace = await newNamespace({ serviceAccount: true });
  await newPullSecret(namespace, 'one');
  await newPullSecret(namespace, 'two');
});

function state(): string {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-together-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts both runs, the second a moment later, so that over all rounds it meets the pod in every state. */
async function together(name: string, commands: [string, string][], folders: string[], delay: number) {
  return Promise.all(
    commands.map(async ([verb, secret], index) => {
      for (let turn = 0; turn < delay * index; turn += 1) await new Promise((done) => setImmediate(done));
      const env = { XDG_STATE_HOME: folders[index] ?? '' };
      const sure = verb === 'detach' ? ['--recreate', '--yes'] : ['--recreate'];
      return regsecretIn(namespace, [verb, secret, '--pod', name, ...sure], { env });
    }),
  );
}

const namesOf = async (name: string): Promise<unknown[]> =>
  ((await listOf('Pod', namespace, name)) ?? []).map((entry) => Reflect.get(entry, 'name')).toSorted();

test.each(ROUNDS)('two Secrets: the pod has both, and nothing is left, round %i', async (round) => {
  const name = await newWorkload('Pod', namespace);
  const folder = state();
  const commands: [string, string][] = [
    ['attach', 'one'],
    ['attach', 'two'],
  ];
  const ran = await together(name, commands, [folder, folder], 4 * round);
  for (const { code, stdout, stderr } of ran) {
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: `pod/${name} recreated\n` });
  }
  expect(await namesOf(name)).toEqual(['one', 'two']);
  expect(readdirSync(folder, { recursive: true })).toEqual(['regsecret']);
});

test.each(ROUNDS)('one is attached, the other detached, round %i', async (round) => {
  const name = await newWorkload('Pod', namespace, { list: named('one') });
  const folder = state();
  const commands: [string, string][] = [
    ['attach', 'two'],
    ['detach', 'one'],
  ];
  for (const { code, stderr } of await together(name, commands, [folder, folder], 4 * round)) {
    expect(code, stderr).toBe(0);
  }
  expect(await namesOf(name)).toEqual(['two']);
});

test.each(ROUNDS)('on two machines: what is said is what is there, round %i', async (round) => {
  const name = await newWorkload('Pod', namespace);
  const commands: [string, string][] = [
    ['attach', 'one'],
    ['attach', 'two'],
  ];
  const ran = await together(name, commands, [state(), state()], 4 * round);
  const done = commands.filter((_, index) => ran[index]?.code === 0).map(([, secret]) => secret);
  expect(await namesOf(name)).toEqual(done);
  expect(done).toContain('one');
  for (const { code, stderr } of ran) {
    // The run read the pod while it was being deleted, or after that.
    if (code !== 0) expect(stderr).toMatch(/error: pod \S+ (does not exist|was missing for a moment|is being deleted)/);
    expect(stderr).not.toContain(`did you mean ${name}`);
  }
});
