/** A Secret in a manifest. */
import { encodeBase64 } from '../domain/base64.ts';
import { toValue } from '../domain/manifest-node.ts';
import { printable } from '../domain/printable.ts';
import type { Secret } from '../domain/secret.ts';
import { encodeUtf8 } from '../domain/utf8.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { ManifestError, readManifest } from './edit.ts';
import { readManifestFiles } from './files.ts';

/** The Secret of that name in a file, or the only one there. Throws UserError. */
export async function readSecretFile(file: string, name: string, io: Io): Promise<Secret> {
  const [read] = readManifestFiles([file], false, io);
  const secrets = await secretsIn(read?.text ?? '', file);
  const [only] = secrets.length === 1 ? secrets : secrets.filter(({ metadata }) => metadata.name === name);
  if (only !== undefined) return only;
  const text = `there is no secret ${name} in ${printable(file)}`;
  throw new UserError(text, `regsecret create ${name} --dry-run=client -o yaml > ${file}`);
}

async function secretsIn(text: string, file: string): Promise<Secret[]> {
  try {
    const { documents } = await readManifest(text);
    return documents
      .map((document) => toValue(document) as Secret & { stringData?: Record<string, string> })
      .flatMap(secretOf);
  } catch (error) {
    if (error instanceof ManifestError)
      throw new UserError(`${printable(file)} ${error.message}`, `kubectl apply --dry-run=client -f ${file}`);
    throw error;
  }
}

/** With `stringData` in its place, as the API server puts it (core/v1 `Convert_v1_Secret_To_core_Secret`). */
function secretOf(value: (Secret & { stringData?: Record<string, string> }) | undefined): Secret[] {
  if (value?.kind !== 'Secret' || typeof value.metadata !== 'object') return [];
  const added = Object.entries(value.stringData ?? {}).map(([key, text]) => [key, encodeBase64(encodeUtf8(`${text}`))]);
  return [{ ...value, data: { ...value.data, ...Object.fromEntries(added) } }];
}
