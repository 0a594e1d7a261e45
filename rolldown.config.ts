import { rmSync } from 'node:fs';
import { defineConfig } from 'rolldown';

rmSync('dist', { recursive: true, force: true });

/** One chunk per lazily loaded part, so that a command reads only what it uses. */
export default defineConfig({
  input: { main: 'src/main.ts' },
  platform: 'node',
  output: { dir: 'dist', format: 'esm', minify: true, chunkFileNames: '[name]-[hash].js' },
});
