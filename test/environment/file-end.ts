/**
 * What the modules that tests share do when a test file ends. They cannot use afterAll, because the test files of a process share
 * them: a hook of a module would run only for the file that loads it first.
 */
import { afterAll } from 'vitest';

type CleanUp = () => void | Promise<void>;

const cleanUps: CleanUp[] = [];

/** Has `cleanUp` run whenever a test file ends, after the file's own hooks. */
export function atFileEnd(cleanUp: CleanUp): void {
  cleanUps.unshift(cleanUp); // a module may need what a module that it imports removes
}

/** Called by the setup file, which runs anew for each test file. */
export function cleanUpAtFileEnd(): void {
  afterAll(async () => {
    for (const cleanUp of cleanUps) await cleanUp();
  });
}
