// Plain JavaScript that old versions of Node can run too: it is there to speak to them.
import { readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const least = Number(/\d+/.exec(engines.node)[0]);
const got = process.versions.node;

if (Number.parseInt(got, 10) < least) {
  console.error(
    `Expected Node >= ${least}, got ${got}. The project brings its own Node as a dependency: ` +
      'run `npm ci` with scripts enabled (without --ignore-scripts), ' +
      'then call what you want through npm (`npm test`, `npm run <script>`), not out of node_modules/.bin.',
  );
  process.exit(1);
}
