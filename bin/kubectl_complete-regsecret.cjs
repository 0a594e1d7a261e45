#!/usr/bin/env node
// kubectl runs a program of this name to complete the command line of its plugin (kubectl pkg/cmd/plugin/plugin_completion.go).
process.argv.splice(2, 0, '__complete');
require('./regsecret.cjs');
