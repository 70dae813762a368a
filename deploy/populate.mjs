import { bootstrap } from './bootstrap.mjs';

bootstrap();
await import('../dist/deploy/populate.js');
