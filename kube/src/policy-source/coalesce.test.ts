import t from 'tap';
import { until } from '../testing/until.js';
import { createCoalesced } from './coalesce.js';

t.test(
  'what is asked for close together is one run, and changes that never cease are run all the same',
  async (t) => {
    let runs = 0;
    const coalesced = createCoalesced(() => (runs += 1));
    for (let change = 0; change < 100; change++) coalesced.ask();
    t.strictSame([runs, coalesced.isPending], [0, true]);
    await until(() => runs > 0, 'it runs');
    t.strictSame([runs, coalesced.isPending], [1, false]);
    const storm = setInterval(coalesced.ask, 1);
    await until(() => runs > 2, 'it runs during the storm').finally(() => {
      clearInterval(storm);
    });
    coalesced.ask();
    coalesced.stop();
    t.equal(coalesced.isPending, false);
  },
);
