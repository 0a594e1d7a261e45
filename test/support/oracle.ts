/** Kubernetes' own keyring code (test/environment/go/kubernetes/oracle) as a program that answers line by line. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Secret } from '../../src/domain/keyring/secret.ts';
import { ensurePrograms } from '../environment/programs.ts';
import { report } from '../environment/report.ts';

export interface KeyringCase {
  readonly secrets: readonly Secret[];
  /** As written in a pod. */
  readonly image: string;
}

/** Texts that need not be UTF-8 are base64. */
export interface OracleCredential {
  readonly username: string;
  readonly password: string;
  readonly email: string;
  /** The name of the Secret it is from. */
  readonly secret: string;
}

export interface OracleAnswer {
  readonly keyringError?: string;
  readonly imageError?: string;
  readonly name?: string;
  readonly credentials?: readonly OracleCredential[];
}

export interface Oracle {
  /** The answers to all of `cases`, in order. One call at a time. */
  ask(cases: readonly KeyringCase[]): Promise<OracleAnswer[]>;
  close(): void;
}

/** Builds it when that has not been done yet, and starts it. */
export async function startOracle(): Promise<Oracle> {
  const programs = await ensurePrograms(['oracle'], report);
  const child = spawn(programs.oracle, [], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the oracle ended with ${code}`);
  });
  ended.catch(() => undefined);
  let text = '';
  let arrived = (): void => undefined;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    arrived();
  });

  async function ask(cases: readonly KeyringCase[]): Promise<OracleAnswer[]> {
    child.stdin.write(cases.map((one) => `${JSON.stringify(one)}\n`).join(''));
    for (;;) {
      const lines = text.split('\n');
      if (lines.length > cases.length) {
        text = lines.slice(cases.length).join('\n');
        return lines.slice(0, cases.length).map((line) => JSON.parse(line));
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      arrived = resolve;
      await Promise.race([promise, ended]);
    }
  }

  return { ask, close: () => void child.kill() };
}
