const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Under `npm start`, one Ctrl-C arrives twice: from the terminal and passed on by npm. */
const SAME_SIGNAL_MS = 300;

/** Aborts on the first SIGINT, SIGTERM or SIGHUP; `onSecond` is called on the next. */
export function stopSignals(onSecond: () => void): AbortSignal {
  const controller = new AbortController();
  let firstMs = 0;
  for (const signal of signals) {
    process.on(signal, () => {
      const nowMs = performance.now();
      if (!controller.signal.aborted) {
        firstMs = nowMs;
        controller.abort();
      } else if (nowMs - firstMs > SAME_SIGNAL_MS) {
        onSecond();
      }
    });
  }
  return controller.signal;
}
