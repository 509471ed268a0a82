import { startImmediateOkService } from './chain/immediate-ok-service.js';

/** The one argument is the address to listen on. */
await startImmediateOkService(process.argv[2] ?? '127.0.0.1:0');
