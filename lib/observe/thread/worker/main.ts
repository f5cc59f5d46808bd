// The thread of the option `listen.thread`. The build bundles this file with its imports into one text.
import { parentPort, workerData } from 'node:worker_threads'
import type { ThreadData } from '../messages.js'
import { sharedClock } from '../shared-clock.js'
import { startPortThread } from './port-thread.js'

void startPortThread(parentPort, workerData as ThreadData, sharedClock)
