/** Which cluster the demo takes, depending on the machine. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { choosePlace, NO_PLACE, type Place, type Surroundings } from './place.ts';

const HOME = '/home/jane';
const STORE = join(HOME, '.local/share/kubebuilder-envtest/k8s');
const NONE: Place = { kind: 'none', text: NO_PLACE };

interface Machine extends Partial<Pick<Surroundings, 'env'>> {
  readonly go?: boolean;
  /** Folders with all programs. */
  readonly folders?: readonly string[];
  /** Folders with etcd only. */
  readonly halves?: readonly string[];
  readonly context?: string;
  readonly answer?: boolean;
}

function machine({ go = false, folders = [], halves = [], env = {}, context, answer = false }: Machine) {
  const questions: string[] = [];
  const all = [...folders, ...halves];
  const surroundings: Surroundings = {
    env,
    home: HOME,
    unbuildable: go ? undefined : 'there is no Go',
    exists: (path) =>
      folders.some((folder) => path.startsWith(`${folder}/`)) || halves.some((folder) => path === join(folder, 'etcd')),
    list: (folder) => all.filter((one) => join(one, '..') === folder).map((one) => one.slice(folder.length + 1)),
    context: () => context,
    ask: async (question) => {
      questions.push(question);
      return answer;
    },
  };
  return { surroundings, questions };
}

const programs = (folder: string): Place => ({ kind: 'programs', folder });
const [old, recent] = [join(STORE, '1.9.0-linux-amd64'), join(STORE, '1.36.0-linux-amd64')];

test.each<[string, Machine, Place, number]>([
  ['Go, whatever else there is', { go: true, folders: [recent], context: 'prod' }, { kind: 'built' }, 0],
  [
    'KUBEBUILDER_ASSETS',
    { env: { KUBEBUILDER_ASSETS: '/assets' }, folders: ['/assets', recent] },
    programs('/assets'),
    0,
  ],
  ['the newest of setup-envtest', { folders: [old, recent], context: 'prod' }, programs(recent), 0],
  ['a folder that lacks a program', { folders: [old], halves: [recent] }, programs(old), 0],
  [
    'XDG_DATA_HOME',
    { env: { XDG_DATA_HOME: '/data' }, folders: ['/data/kubebuilder-envtest/k8s/1.36.0'] },
    programs('/data/kubebuilder-envtest/k8s/1.36.0'),
    0,
  ],
  [
    'macOS',
    { folders: [join(HOME, 'Library/Application Support/io.kubebuilder.envtest/k8s/1.36.0')] },
    programs(join(HOME, 'Library/Application Support/io.kubebuilder.envtest/k8s/1.36.0')),
    0,
  ],
  ['the folder of envtest', { folders: ['/usr/local/kubebuilder/bin'] }, programs('/usr/local/kubebuilder/bin'), 0],
  ['a context, and yes', { context: 'prod', answer: true }, { kind: 'namespace', context: 'prod' }, 1],
  ['a context, and no', { context: 'prod' }, NONE, 1],
  ['nothing', {}, NONE, 0],
])('%s', async (_, given, expected, asked) => {
  const { surroundings, questions } = machine(given);
  expect(await choosePlace(surroundings)).toEqual(expected);
  expect(questions.length).toBe(asked);
  for (const question of questions) expect(question).toContain('context prod');
});
