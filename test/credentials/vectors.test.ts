/** Facts about docker and podman, from runs of docker/cli's config package and containers/image. */
import { describe, expect, test } from 'vitest';
import { dockerLogins, podmanLogins } from '../../src/credentials/login-keychain.ts';
import type { StoredLogin } from '../../src/credentials/source.ts';
import { UserError } from '../../src/errors.ts';
import { imageName, parseImage } from '../../src/secret/image.ts';
import { type HelperAnswer, machine } from '../support/machine.ts';
import vectors from '../vectors/docker-config.json' with { type: 'json' };

interface Vector {
  readonly name: string;
  readonly tool: string;
  readonly files: Record<string, unknown>;
  readonly env: Record<string, string>;
  readonly helpers: Record<string, Record<string, HelperAnswer>>;
  readonly query: string;
  readonly expected: Readonly<Record<string, string>> | null;
  readonly helperCalls: readonly (readonly string[])[];
  readonly stderrContains?: string;
}

/** The login in the format of the vectors: without empty fields, except user name and password; null for no login. */
function observed(stored: StoredLogin | undefined): object | null {
  const { username = '', password = '', identityToken, registryToken } = stored?.config ?? {};
  const tokens = {
    ...(identityToken ? { identitytoken: identityToken } : {}),
    ...(registryToken ? { registrytoken: registryToken } : {}),
  };
  const nothing = username === '' && password === '' && Object.keys(tokens).length === 0;
  return nothing ? null : { username, password, ...tokens };
}

/** docker sends the login of a part to its whole registry. docs/dev/logins.md says why regsecret does not. */
const OTHERWISE = 'docker: key with a path matches the whole host through ConvertToHostname';

describe('what docker and podman would send', () => {
  test.each((vectors as unknown as Vector[]).filter(({ name }) => name !== OTHERWISE))('$name', async (vector) => {
    const { io, expand, calls } = machine(vector);
    const store = vector.tool === 'docker' ? dockerLogins(io) : await podmanLogins(io);
    const outcome = store.resolve(imageName(parseImage(vector.query))).then((answer) => {
      if (answer.stored === undefined && answer.failure !== undefined) throw answer.failure;
      return answer;
    });
    // A program that is missing has our own words.
    const error = vector.expected?.error?.replace(
      /.*exec: "(.*)": executable file not found.*/,
      'the docker config uses $1, which is not in PATH',
    );
    if (error !== undefined) {
      await expect(outcome).rejects.toThrow(expand(error));
      await expect(outcome).rejects.toBeInstanceOf(UserError);
    } else {
      const { stored, warnings } = await outcome;
      expect(observed(stored)).toEqual(vector.expected);
      expect(warnings.join('\n')).toContain(vector.stderrContains ?? '');
      if (vector.stderrContains === undefined) expect(warnings).toEqual([]);
    }
    expect(calls()).toEqual(vector.helperCalls);
    expect(io.written).toEqual({ stdout: '', stderr: '' });
  });
});
