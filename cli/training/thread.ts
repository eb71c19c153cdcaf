/** A thread of a training team: serves whatever it is posted. */
import { parentPort } from 'node:worker_threads';
import { serve } from '../../src/train/parallel/hand.ts';

parentPort!.on('message', serve);
parentPort!.postMessage('ready');
