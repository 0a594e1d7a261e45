/** Which key opens which image (kubernetes pkg/credentialprovider/keyring.go). */
import { matchesGlob } from './glob.ts';
import { GoUrlError, parseGoUrl } from './go-url.ts';
import { splitHost } from './key.ts';

/** Whether a key opens an image, by its name without tag (`URLsMatchStr`). */
export function matchesImage(key: string, name: string): boolean {
  const [glob, target] = [readAgain(key), readAgain(name)];
  if (glob === undefined || target === undefined || !target.path.startsWith(glob.path)) return false;
  const [pattern, host] = [splitHost(glob.host), splitHost(target.host)];
  return (
    pattern.port === host.port &&
    pattern.labels.length === host.labels.length &&
    pattern.labels.every((label, index) => matchesGlob(label, host.labels[index] ?? ''))
  );
}

/**
 * Whether an image gets the entry of Docker Hub when no other matches (`isDefaultRegistryMatch`): any first component
 * without a dot or colon is taken for one of Docker Hub, even `localhost`.
 */
export function isDockerHub(name: string): boolean {
  const [first = '', ...rest] = name.split('/');
  if (first === '') return false;
  return rest.length === 0 || first === 'docker.io' || first === 'index.docker.io' || !/[.:]/.test(first);
}

/** A key is read a second time, so what an escape in it stood for counts (`ParseSchemelessURL`); undefined when it cannot. */
export function readAgain(key: string): { readonly host: string; readonly path: string } | undefined {
  try {
    return parseGoUrl(`https://${key}`);
  } catch (error) {
    if (error instanceof GoUrlError) return undefined;
    throw error;
  }
}
