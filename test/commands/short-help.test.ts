/** The help of a command fits a terminal, and no flag is lost. */
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../../src/cli.ts';
import { COMMANDS } from '../../src/command-table.ts';
import { DOCUMENTS } from '../../src/version.ts';
import { here } from '../support/here.ts';
import { fakeIo } from '../support/io.ts';

const TITLES = COMMANDS.map(({ title }) => title);

describe.each(TITLES.filter((title) => title !== 'options'))('%s --help', (title) => {
  test('fits 80 columns and 40 lines, with the examples', async () => {
    const { code, stdout, stderr } = await here([title, '--help']);
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  test('begins with a sentence that says what it does', async () => {
    const { stdout } = await here([title, '--help']);
    expect(stdout).toMatch(/^[A-Z].*?\.\n\nUsage: regsecret /s);
  });

  test('has one to three examples', async () => {
    const [, shown = ''] = (await here([title, '--help'])).stdout.split('\nExamples:\n');
    const count = shown.split('\n').filter((line) => line.startsWith('  # ')).length;
    expect(count).toBeGreaterThanOrEqual(1);
    expect(count).toBeLessThanOrEqual(title === 'verify' || title === 'doctor' ? 4 : 3);
  });

  test(`regsecret options ${title} has every flag`, async () => {
    const { code, stdout } = await here(['options', title]);
    const program = buildProgram([title], fakeIo(), 'regsecret', () => undefined);
    const options = program.commands.find((one) => one.name() === title)?.options ?? [];
    expect(code).toBe(0);
    for (const { long = '', hidden } of options) if (!hidden) expect(stdout).toMatch(new RegExp(`[ ,]${long}[ ,\\n]`));
    expect(stdout).toContain('Examples:');
  });
});

test('the help of every command names the command that has all flags', async () => {
  expect((await here(['create', '--help'])).stdout).toContain(': regsecret options create\n');
});

test.each([
  ['options', '--as-user-extra'],
  ['options why', '--image <image>'],
  ['options create --as jane', '--docker-server'],
])('%s has %s', async (line, flag) => {
  expect((await here(line.split(' '))).stdout).toContain(flag);
});

test('options of a command that there is not', async () => {
  const { code, stderr } = await here(['options', 'nowhere']);
  expect([code, stderr.split('\n')[0]]).toEqual([2, expect.stringContaining('Allowed choices are doctor, ')]);
});

/** Every word with which the help of a flag begins. */
const VERBS =
  /^(add|answer|append|ask|attach|change|check|choose|contact|copy|delete|detach|do|drop|exit|expect|give|hide|impersonate|include|keep|log|merge|name|own|print|read|recreate|remove|renew|restart|run|serve|create|explain|list|apply|send|show|skip|sort|take|treat|trust|turn|use|wait|work|write) /;

test.each(TITLES)('the help of every flag of %s begins with a verb, as does that of its examples', (title) => {
  const program = buildProgram([title], fakeIo(), 'regsecret', () => undefined);
  const { options = [] } = program.commands.find((one) => one.name() === title) ?? {};
  const shown = options
    .filter(({ hidden, long }) => !hidden && long !== '--help')
    .map(({ description }) => description);
  const examples = COMMANDS.find((one) => one.title === title)?.examples.map(([, text]) => text) ?? [];
  expect([...shown, ...examples].filter((text) => !VERBS.test(`${text} `))).toEqual([]);
});

test('the list of all commands has groups, examples and the documents of this version', async () => {
  const { stdout } = await here(['--help']);
  const headings = [...stdout.matchAll(/^([A-Z].*):$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual(['Options', 'Diagnose', 'Create and attach', 'Many namespaces', 'Set up', 'Examples']);
  expect(stdout).toContain(`\nDocuments: ${DOCUMENTS}/README.md\n`);
});

test.each(['why', 'doctor'])('%s --help is about the word that was typed', async (typed) => {
  const { stdout } = await here([typed, '--help']);
  expect(stdout).toContain(`\nUsage: regsecret ${typed} [options] [target...]\n`);
});
