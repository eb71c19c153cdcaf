// A further thread of a browser's training team.
import { serve } from '/dist/src/train/parallel/hand.js';

addEventListener('message', ({ data }) => serve(data));
// Not before this script is known to have run: until then messages wait for the starting thread to be idle, and it waits.
setTimeout(() => postMessage('ready'));
