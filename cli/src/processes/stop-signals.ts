const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Aborts on the first SIGINT, SIGTERM or SIGHUP; `onSecond` is called on the next. */
export function stopSignals(onSecond: () => void): AbortSignal {
  const controller = new AbortController();
  for (const signal of signals) {
    process.on(signal, () => {
      if (controller.signal.aborted) onSecond();
      else controller.abort();
    });
  }
  return controller.signal;
}
