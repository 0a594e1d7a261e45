/**
 * `npm run lint:workflows`: actionlint and zizmor on the workflows and the action, neither with a finding. zizmor is the
 * strictest that it can be (its persona for auditors), and asks no network.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { goTool } from './release/go-tool.ts';
import { pythonTool } from './release/python-tool.ts';

const workflows = globSync('.github/workflows/*.yml').sort();
const files = [...workflows, ...(existsSync('action.yml') ? ['action.yml'] : [])];

// Both report on stdout. actionlint reads the action where a workflow uses it.
const found = [
  [goTool('actionlint'), ...workflows],
  [pythonTool('zizmor'), '--offline', '--no-config', '--persona=auditor', '--quiet', ...files],
].filter(([program = '', ...args]) => spawnSync(program, args, { stdio: 'inherit' }).status !== 0);
process.exitCode = found.length === 0 ? 0 : 1;
if (found.length === 0) process.stdout.write(`actionlint and zizmor find nothing in ${files.join(', ')}\n`);
