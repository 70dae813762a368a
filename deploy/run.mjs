/** `node deploy/run.mjs test/sim/main …`: runs a compiled tool by its path in the sources; what follows are its arguments. */
import { bootstrap } from './bootstrap.mjs';

const [path] = process.argv.splice(2, 1);
bootstrap();
await import(`../dist/${path}.js`);
