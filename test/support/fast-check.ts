/**
 * fast-check with a fixed seed, the same on every machine, so that a build fails because of a change and never by chance.
 * `REGSECRET_SEED` sets another seed, or `random`, as in the nightly build.
 */
import fc from 'fast-check';

const asked = process.env.REGSECRET_SEED || '20261126';

export const seed = asked === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(asked);

fc.configureGlobal({ seed });

export { fc };
