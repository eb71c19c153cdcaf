/** thread.ts where there is no build: development and tests. */
import { register } from 'tsx/esm/api';

register();
await import('./thread.ts');
