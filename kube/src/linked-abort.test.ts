import t from 'tap';
import { createLinkedAbort } from './linked-abort.js';

t.test('many may be linked to one signal, and are let go of one by one', async (t) => {
  const warnings: string[] = [];
  const onWarning = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', onWarning);
  t.teardown(() => process.off('warning', onWarning));
  const outer = new AbortController();
  const links = Array.from({ length: 50 }, () => createLinkedAbort(outer.signal));
  links[0]?.unlink();
  outer.abort(new Error('over'));
  // Warnings are told in the next turn.
  await new Promise(setImmediate);
  t.strictSame(warnings, []);
  t.strictSame(
    links.map(({ signal }) => signal.aborted),
    links.map((_, index) => index > 0),
  );
});
