/** Makes the man pages, one for the program and one for each command, from the texts of `--help` and `options`. */
import { type Command, Help, type Option } from 'commander';
import { buildProgram } from '../../src/cli.ts';
import { COMMANDS, type Definition } from '../../src/command-table.ts';
import { EVERYWHERE } from '../../src/commands/shared-flags.ts';
import type { EXIT } from '../../src/errors.ts';
import { processIo } from '../../src/system/io.ts';
import { REPOSITORY, type ReleaseInfo } from './release-info.ts';
import {
  bold,
  code,
  exampleBlock,
  italic,
  paragraph,
  prose,
  section,
  subsection,
  tagged,
  text,
  title,
} from './roff.ts';

export interface ManPage {
  /** `regsecret-create.1` */
  readonly name: string;
  readonly source: string;
}

const EXIT_CODES: Readonly<Record<keyof typeof EXIT, readonly [code: number, text: string]>> = {
  ok: [0, 'done'],
  failed: [1, 'failed; the last lines say why and what to type next'],
  usage: [2, 'wrong usage'],
  unjudged: [3, 'nothing wrong was found, but not everything could be checked'],
  interrupted: [130, 'interrupted'],
};

const ENVIRONMENT = [
  ['KUBECONFIG', 'the kubeconfig files, as for kubectl; without it ~/.kube/config'],
  ['DOCKER_CONFIG', "the folder of docker's config.json; without it ~/.docker"],
  ['REGISTRY_AUTH_FILE', "podman's login file"],
  ['HTTPS_PROXY, HTTP_PROXY, NO_PROXY', 'the proxy for registries and API servers, and what is reached without it'],
  ['SSL_CERT_FILE', 'certificates of authorities to trust'],
  ['NO_COLOR', 'any value means no colours'],
] as const;

type Release = Pick<ReleaseInfo, 'version' | 'time'>;

/** Every page, in the order of `--help`. A command with an alias has a page under both names. */
export function manPages(release: Release): ManPage[] {
  const names = COMMANDS.map(({ title: name }) => name);
  const program = buildProgram(names, processIo(), 'regsecret', () => undefined);
  const commands = COMMANDS.flatMap((definition) => {
    const command = program.commands.find((one) => one.name() === definition.title);
    if (command === undefined) throw new Error(`the program has no command ${definition.title}`);
    return [definition.title, definition.alias ?? []].flat().map((name) => ({
      name: `regsecret-${name}.1`,
      source: commandPage(name, definition, command, release),
    }));
  });
  return [{ name: 'regsecret.1', source: programPage(program, release) }, ...commands];
}

function programPage(program: Command, release: Release): string {
  const shared = program.commands.find((command) => command.name() === 'options')?.options ?? [];
  return [
    heading('regsecret', release),
    section('Name'),
    text(`regsecret \\- ${prose(program.description())}`),
    section('Synopsis'),
    text(`${bold('regsecret')} ${italic('command')} [${italic('argument')}...] [${italic('flag')}...]`),
    paragraph(`${bold('kubectl regsecret')} ${italic('command')} [${italic('argument')}...] [${italic('flag')}...]`),
    section('Commands'),
    ...COMMANDS.flatMap(({ title: name, alias, description }) =>
      tagged([name, alias ?? []].flat().map(pageRef).join(', '), `${prose(sentence(description))}`),
    ),
    section('Flags of every command'),
    ...optionList(shared.filter(isShared), program),
    section('Exit status'),
    ...exitStatus(),
    section('Environment'),
    ...ENVIRONMENT.flatMap(([name, meaning]) => tagged(bold(name), prose(sentence(meaning)))),
    section('See also'),
    text(`${bold('kubectl')}(1), ${code(`${REPOSITORY}#readme`)}`),
  ].join('');
}

function commandPage(name: string, { description, examples, more }: Definition, command: Command, release: Release) {
  const helper = new Help();
  const args = command.registeredArguments.filter((argument) => argument.description || argument.argChoices);
  const options = helper.visibleOptions(command).filter(({ long }) => long !== '--help');
  // Options without a heading come first.
  const groups = Map.groupBy(options, ({ helpGroupHeading }) => helpGroupHeading?.replace(/:$/, '') ?? '');
  return [
    heading(`regsecret-${name}`, release),
    section('Name'),
    text(`regsecret\\-${name} \\- ${prose(description)}`),
    section('Synopsis'),
    text(`${bold(`regsecret ${name}`)} ${prose(command.usage())}`),
    section('Description'),
    text(prose(sentence(description))),
    ...(more ?? '')
      .split('\n\n')
      .filter((part) => part !== '')
      .map((part) => paragraph(prose(sentence(part.replaceAll('\n', ' '))))),
    ...(args.length > 0 ? [section('Arguments')] : []),
    ...args.flatMap((argument) =>
      tagged(italic(argument.name()), prose(sentence(helper.argumentDescription(argument)))),
    ),
    ...(groups.size > 0 ? [section('Options')] : []),
    ...[...groups].flatMap(([group, some]) => [
      ...(group === '' ? [] : [subsection(group)]),
      ...optionList(some, command),
    ]),
    section('Exit status'),
    ...exitStatus(),
    section('Examples'),
    ...examples.map(([line, purpose]) => exampleBlock(sentence(`${purpose}:`), `regsecret ${line}`)),
    section('See also'),
    text(`${pageRef()}`),
  ].join('');
}

function isShared({ helpGroupHeading, hidden }: Option): boolean {
  return helpGroupHeading === EVERYWHERE && !hidden;
}

function optionList(options: readonly Option[], command: Command): string[] {
  const helper = command.createHelp();
  return options.flatMap((option) => {
    const flags = option.flags.replace(/(--?[\w-]+)|(<[^>]+>)/g, (_, flag, value) =>
      flag ? bold(flag) : italic(value.slice(1, -1)),
    );
    return tagged(flags, prose(sentence(helper.optionDescription(option))));
  });
}

function exitStatus(): string[] {
  return Object.values(EXIT_CODES).flatMap(([number, meaning]) => tagged(bold(`${number}`), prose(sentence(meaning))));
}

function heading(name: string, { version, time }: Release): string {
  return title(name, new Date(time * 1000).toISOString().slice(0, 10), `regsecret ${version}`);
}

function pageRef(command?: string): string {
  return `${bold(command === undefined ? 'regsecret' : `regsecret-${command}`)}(1)`;
}

/** Makes a sentence of a description: a capital letter, except before a name or a flag, and a full stop. */
function sentence(part: string): string {
  const [first = ''] = part.split(' ');
  const begins = /[/.:]/.test(first) ? part : `${part.charAt(0).toUpperCase()}${part.slice(1)}`;
  return `${begins}${/[.:]$|docs\/[\w.]+$/.test(part) ? '' : '.'}`;
}
