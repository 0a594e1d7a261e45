/** The version of this program, from package.json, and the commit it was built from. */
import manifest from '../package.json' with { type: 'json' };

/** Inserted by the build (rolldown.config.ts). It is not defined when the sources run without a build. */
declare const REGSECRET_COMMIT: string | undefined;

export const RELEASE: string = manifest.version;

/** Undefined when the sources run without a build. */
export const COMMIT: string | undefined = typeof REGSECRET_COMMIT === 'string' ? REGSECRET_COMMIT : undefined;

/** For example `0.1.0 (1a2b3c4d5e6f)`, which is also the form of a User-Agent. */
export const VERSION: string = COMMIT === undefined ? RELEASE : `${RELEASE} (${COMMIT})`;

/** The documents of this version. */
export const DOCUMENTS = `https://github.com/regsecret/regsecret/blob/v${RELEASE}/docs`;
