#!/usr/bin/env node
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `error: regsecret needs Node 22.19 or later, and this is Node ${process.versions.node}\n` +
      'hint: install a current Node from https://nodejs.org\n',
  );
  process.exit(1);
}
const { main } = await import('../dist/main.js');
await main(process.argv);
