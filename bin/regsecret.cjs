#!/usr/bin/env node
// Written for old versions of Node, which have to be able to read this file in order to refuse.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `error: regsecret needs Node 22.19 or later, and this is Node ${process.versions.node}\n` +
      'hint: install a current Node from https://nodejs.org\n',
  );
  process.exit(1);
}
require('../dist/cli/main.js');
// A short run ends before this timer.
setTimeout(() => {
  const { setFlagsFromString } = require('node:v8');
  // By default, V8 gives young objects up to 48 MB, which large Secrets fill with garbage.
  setFlagsFromString('--semi-space-growth-factor=1');
  // For src/system/garbage.ts. V8 adds `gc` only to contexts that are created after the flag is set.
  setFlagsFromString('--expose-gc');
  globalThis.gc = require('node:vm').runInNewContext('gc');
}, 100).unref();
