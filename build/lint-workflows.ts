/**
 * `npm run lint:workflows` runs actionlint and zizmor on the workflows and the action; both must find nothing. zizmor runs with
 * its strictest persona, `auditor`, and offline.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { goTool } from './release/go-tool.ts';
import { pythonTool } from './release/python-tool.ts';

const workflows = globSync('.github/workflows/*.yml').sort();
const files = [...workflows, ...(existsSync('action.yml') ? ['action.yml'] : [])];

// Both report on stdout. actionlint checks the action through the workflows that use it.
const found = [
  [goTool('actionlint'), ...workflows],
  [pythonTool('zizmor'), '--offline', '--no-config', '--persona=auditor', '--quiet', ...files],
].filter(([program = '', ...args]) => spawnSync(program, args, { stdio: 'inherit' }).status !== 0);
process.exitCode = found.length === 0 ? 0 : 1;
if (found.length === 0) process.stdout.write(`actionlint and zizmor find nothing in ${files.join(', ')}\n`);
