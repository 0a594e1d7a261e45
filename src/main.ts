/** The process: its arguments in, its exit code out. Importing this file runs the program. */

import { run } from './run.ts';
import { processIo } from './system/io.ts';

/** The name by which kubectl finds plugins. The executable has it as its own name, Node as that of its script. */
const PLUGIN = /(^|[\\/])kubectl-regsecret(\.exe|\.cjs)?$/;
const name = [process.argv0, process.argv[1] ?? ''].some((path) => PLUGIN.test(path))
  ? 'kubectl regsecret'
  : 'regsecret';

// No `await`, because this file becomes CommonJS for Node.
run(process.argv.slice(2), processIo(), name).then((code) => process.exit(code));
