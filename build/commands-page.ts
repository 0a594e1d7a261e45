/**
 * Makes docs/commands.md, every command with all its flags, from the texts of `--help` and `options`: `node build/commands-page.ts`.
 * A test compares the page with them.
 */
import { writeFileSync } from 'node:fs';
import { Help, type Option } from 'commander';
import { buildProgram } from '../src/cli.ts';
import { COMMANDS, type Definition } from '../src/command-table.ts';
import { EVERYWHERE } from '../src/commands/shared-flags.ts';
import { processIo } from '../src/system/io.ts';

/** The text of docs/commands.md. */
export function commandsPage(): string {
  const program = buildProgram(
    COMMANDS.map(({ title }) => title),
    processIo(),
    'regsecret',
    () => undefined,
  );
  const optionsOf = (title: string): readonly Option[] => {
    const command = program.commands.find((one) => one.name() === title);
    return command === undefined ? [] : new Help().visibleOptions(command).filter(({ long }) => long !== '--help');
  };
  const shared = optionsOf('options').filter(({ helpGroupHeading }) => helpGroupHeading === EVERYWHERE);
  return [
    '# Commands',
    'Made by a program from the texts of `--help`. `regsecret options COMMAND` prints the same flags.',
    ...COMMANDS.flatMap((definition) => [
      ...commandPart(definition),
      ...flagParts(optionsOf(definition.title).filter(({ helpGroupHeading }) => helpGroupHeading !== EVERYWHERE)),
    ]),
    '## Flags of every command',
    flagTable(shared),
    '',
  ].join('\n\n');
}

function commandPart({ title, alias, description, examples }: Definition): string[] {
  const name = [alias ?? [], title].flat().join(', ');
  const lines = examples.map(([line, purpose]) => `# ${purpose}\nregsecret ${line}`);
  return [`## ${name}`, sentence(description), `\`\`\`sh\n${lines.join('\n')}\n\`\`\``];
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** One table for each group, in the order of `--help`. */
function flagParts(options: readonly Option[]): string[] {
  const groups = Map.groupBy(options, ({ helpGroupHeading = 'Options:' }) => helpGroupHeading.replace(/:$/, ''));
  return [...groups].flatMap(([group, some]) => [`**${group}**`, flagTable(some)]);
}

function flagTable(options: readonly Option[]): string {
  const rows = options.map((option) => `| \`${option.flags}\` | ${cell(new Help().optionDescription(option))} |`);
  return ['| flag | what it does |', '| --- | --- |', ...rows].join('\n');
}

/** Text of a table cell: a bar would end it, and an asterisk or a tag would be markup. */
function cell(text: string): string {
  return text.replace(/[|*<>]/g, '\\$&');
}

if (import.meta.main) writeFileSync(new URL('../docs/commands.md', import.meta.url), commandsPage());
