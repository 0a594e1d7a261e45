/** A finding about something in a manifest: with its place, and the command for files. */
import type { Finding } from './finding.ts';
import { fixFor, isSufficient } from './finding-fix.ts';
import { editFile } from './fix-command.ts';
import type { PlacedHolder, PlacedSecret } from './inventory.ts';
import { lineInHolder, lineInSecret } from './manifest-place.ts';
import { isObjectName } from './object-name.ts';
import { type FindingView, findingView } from './pull-view.ts';

/** With its line and its command. */
export function inHolder(found: Finding, placed: PlacedHolder): FindingView {
  return viewOf({ ...found, object: { ...found.object, file: placed.file.name, line: lineInHolder(found, placed) } });
}

/** With its line and its command. */
export function inSecret(found: Finding, placed: PlacedSecret): FindingView {
  return viewOf({ ...found, object: { ...found.object, file: placed.file.name, line: lineInSecret(found, placed) } });
}

/**
 * With its command; `image` is the one that it is about. Nobody has checked the names in files, and a command is there to be
 * pasted: with a name that no object can have it opens the file.
 */
export function viewOf(found: Finding, image?: string): FindingView {
  const { namespace, name, kind } = found.object;
  const names = Object.entries(found.arguments).flatMap(([key, value]) => (IN_COMMANDS.includes(key) ? value : []));
  const { elsewhere } = 'elsewhere' in found.arguments ? found.arguments : {};
  const isSafe = [
    ...(kind === 'File' ? [] : [name]),
    ...(namespace === undefined ? [] : [namespace]),
    ...names,
    ...(elsewhere?.namespaces ?? []),
  ].every((one) => isObjectName(`${one}`));
  const fix = isSafe ? { command: fixFor(found, { image }), sufficient: isSufficient(found) } : undefined;
  return findingView(found, undefined, fix ?? { command: editFile(found.object), sufficient: false });
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
