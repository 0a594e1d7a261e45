/** fast-check with the seed and the number of cases of every test (cases.ts). */
import fc from 'fast-check';
import { cases, seed } from './cases.ts';

fc.configureGlobal({ seed, numRuns: cases(40, 100) });

export { fc, seed };
