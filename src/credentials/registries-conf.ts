/** The part of podman's registries.conf that says where logins are (containers/image pkg/sysregistriesv2). */
import { foldName } from '../codec/go/json.ts';
import { DockerConfigError } from '../secret/docker-config.ts';

/** The name in `credential-helpers` that stands for the auth files. Without a list, only these are used. */
export const AUTH_FILES = 'containers-auth.json';

const FIELD = 'credential-helpers';

/** Whether `text` is worth parsing: few registries.conf mention credential helpers. */
export function mentionsHelpers(text: string): boolean {
  return text.toLowerCase().includes(FIELD);
}

/** The helpers that a parsed registries.conf lists, undefined when it lists none; throws {@link DockerConfigError}. */
export function credentialHelpers(document: unknown): readonly string[] | undefined {
  const members = Object.entries(document as Record<string, unknown>);
  // BurntSushi/toml accepts a name in any case, but prefers the exact one.
  const [, value] =
    members.find(([name]) => name === FIELD) ?? members.find(([name]) => foldName(name) === foldName(FIELD)) ?? [];
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((helper) => typeof helper === 'string')) return value;
  throw new DockerConfigError(`${FIELD} is not a list of strings`);
}
