/** The version of this program, from package.json, and the commit it is built from. */
import manifest from '../package.json' with { type: 'json' };

/** Put in by the build (rolldown.config.ts); the sources as they are have none. */
declare const REGSECRET_COMMIT: string | undefined;

export const RELEASE: string = manifest.version;

/** Undefined where the sources run as they are. */
export const COMMIT: string | undefined = typeof REGSECRET_COMMIT === 'string' ? REGSECRET_COMMIT : undefined;

/** `0.1.0 (1a2b3c4d5e6f)`, which is also the form that a User-Agent has. */
export const VERSION: string = COMMIT === undefined ? RELEASE : `${RELEASE} (${COMMIT})`;
