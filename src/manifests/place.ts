/** Finds the line of a manifest that a finding is about. */

import { itemsIn, memberIn, ownPair, resolved, scalarOf, type YamlNode } from '../codec/go/yaml-node.ts';
import { type FindingView, findingView } from '../diagnosis/view.ts';
import type { DiagnosedSecret } from '../findings/diagnosed-secret.ts';
import { type Finding, proposedFix } from '../findings/finding.ts';
import type { FixContext } from '../findings/finding-record.ts';
import { editFile } from '../findings/pod-commands.ts';
import { isObjectName } from '../line/object-name.ts';
import { DATA_KEY } from '../secret/secret.ts';
import { lineNumber } from '../text/text-edit.ts';
import { CONTAINER_LISTS } from '../workloads/container-images.ts';
import { LIST_FIELD } from '../workloads/kind.ts';
import type { Inventory, ManifestPlace, PlacedPullSpec, PlacedSecret } from './inventory.ts';
import { secretNamed } from './manifest-facts.ts';

/** The line, counted from 1, of the image, of the list entry or of the field that is wrong, otherwise of the object. */
function lineInPullSpec(found: Finding, placed: PlacedPullSpec): number {
  return lineAt(placed, nodeInPullSpec(found, placed));
}

/** The file and the line where an object begins. */
export function firstLineOf(placed: ManifestPlace): { readonly file: string; readonly line: number } {
  return { file: placed.file.name, line: lineAt(placed, undefined) };
}

/** The line, counted from 1, of the last entry in the list that names the Secret. */
export function lineOfName(name: string, placed: PlacedPullSpec): number {
  return lineAt(
    placed,
    listEntry(placed, (value) => value === name),
  );
}

/** The line, counted from 1, of the type, or of the entry in a docker config that can be read, otherwise of the object. */
function lineInSecret(found: Finding, placed: PlacedSecret): number {
  if (placed.kind === 'File') return lineOfText(found, placed, placed.node) ?? lineAt(placed, undefined);
  if (found.code === 'wrong-type') return lineAt(placed, ownPair(placed.node, 'type')?.key);
  for (const field of ['stringData', 'data']) {
    const map = resolved(memberIn(placed.node, field));
    if (map?.kind !== 'map') continue;
    const pair = map.pairs.findLast(({ key }) => Object.values<unknown>(DATA_KEY).includes(scalarOf(key)));
    if (pair !== undefined) return lineOfText(found, placed, pair.value) ?? lineAt(placed, pair.key);
  }
  return lineAt(placed, ownPair(placed.node, 'data')?.key ?? ownPair(placed.node, 'stringData')?.key);
}

function lineAt({ file, node }: ManifestPlace, at: YamlNode | undefined): number {
  return lineNumber(file.text, (at ?? node).start);
}

/** The line where the server or the store is a quoted string: in JSON, or in JSON within a YAML block. */
function lineOfText({ arguments: args }: Finding, { file }: ManifestPlace, within: YamlNode): number | undefined {
  const helper = 'helpers' in args ? 'credsStore' : undefined;
  const name = 'server' in args ? args.server : 'servers' in args ? args.servers[0] : helper;
  if (name === undefined) return undefined;
  const at = file.text.indexOf(JSON.stringify(name), within.start);
  return at < 0 || at >= within.end ? undefined : lineNumber(file.text, at);
}

function nodeInPullSpec({ code, arguments: args }: Finding, placed: PlacedPullSpec): YamlNode | undefined {
  switch (code) {
    case 'empty-name':
      return listEntry(placed, (value) => typeof value !== 'string' || value === '');
    case 'duplicate-name':
    case 'not-mountable':
      return listEntry(placed, (value) => value === args.secret);
    case 'own-list':
    case 'different-credentials':
      return listOf(placed);
    default:
      return 'image' in args ? imageNode(placed, args.image) : undefined;
  }
}

function listEntry(placed: PlacedPullSpec, isMeant: (name: unknown) => boolean): YamlNode | undefined {
  const list = resolved(listOf(placed));
  return itemsIn(list).findLast((entry) => isMeant(scalarOf(memberIn(entry, 'name')))) ?? list;
}

function listOf(placed: PlacedPullSpec): YamlNode | undefined {
  return memberIn(specOf(placed), LIST_FIELD);
}

function imageNode(placed: PlacedPullSpec, image: string): YamlNode | undefined {
  const spec = specOf(placed);
  const containers = CONTAINER_LISTS.flatMap((name) => itemsIn(memberIn(spec, name)));
  const images = containers.map((container) => memberIn(container, 'image'));
  const volumes = itemsIn(memberIn(spec, 'volumes')).map((one) => memberIn(memberIn(one, 'image'), 'reference'));
  return [...images, ...volumes].find((node) => scalarOf(node) === image);
}

function specOf({ node, kind }: PlacedPullSpec): YamlNode | undefined {
  return kind.specPath.reduce<YamlNode | undefined>(memberIn, node);
}

/** The finding, with its line and its command. */
export function inPullSpec(found: Finding, placed: PlacedPullSpec, inventory: Inventory): FindingView {
  const object = { ...found.object, file: placed.file.name, line: lineInPullSpec(found, placed) };
  const secretOf = (name: string): DiagnosedSecret | undefined => secretNamed(name, placed, inventory)?.diagnosed;
  return viewOf({ ...found, object }, { secretOf });
}

/** The finding, with its line and its command. */
export function inSecret(found: Finding, placed: PlacedSecret): FindingView {
  const object = { ...found.object, file: placed.file.name, line: lineInSecret(found, placed) };
  return viewOf({ ...found, object }, { secretOf: () => placed.diagnosed });
}

/**
 * The finding, with its command; `context` is what else is known. Nobody has checked the names in files, and a command is meant
 * to be pasted. If a name is one that no object can have, the command opens the file instead.
 */
export function viewOf(found: Finding, context: FixContext = {}): FindingView {
  const { namespace, name, kind } = found.object;
  const names = Object.entries(found.arguments).flatMap(([key, value]) =>
    IN_COMMANDS.includes(key) ? (value ?? []) : [],
  );
  const { elsewhere } = 'elsewhere' in found.arguments ? found.arguments : {};
  const isSafe = [
    ...(kind === 'File' ? [] : [name]),
    ...(namespace === undefined ? [] : [namespace]),
    ...names,
    ...(elsewhere?.namespaces ?? []),
  ].every((one) => isObjectName(`${one}`));
  const fix = isSafe ? proposedFix(found, context) : { command: editFile(found.object), sufficient: false };
  return findingView(found, undefined, fix);
}

/** Arguments that are names of objects or containers. */
const IN_COMMANDS: readonly string[] = [
  'secret',
  'secrets',
  'bySecret',
  'account',
  'usable',
  'near',
  'own',
  'container',
];
