import { memoryUnderTraffic } from './traffic.js';

const REQUESTS = 1_000_000;
const PAGE_BYTES = 65_536;

/** A million requests through each role; ends with 1 when the filter's memory has grown. */
const { beforeBytes, afterBytes } = memoryUnderTraffic(REQUESTS);
console.log(
  `${REQUESTS} requests through each role: ${beforeBytes / PAGE_BYTES} pages before, ${afterBytes / PAGE_BYTES} after`,
);
process.exitCode = beforeBytes === afterBytes ? 0 : 1;
