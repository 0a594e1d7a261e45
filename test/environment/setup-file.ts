/** Runs before each test file. */
import { cleanUpAtFileEnd } from './file-end.ts';

cleanUpAtFileEnd();
