import t from 'tap';
import { startStack } from '../stack.js';

const wanted = process.env.OMNIA_ENVOY_VERSION;

t.test(
  'the Envoy that runs is the one that was asked for',
  { skip: !wanted && 'none was asked for' },
  async (t) => {
    const stack = await startStack();
    t.teardown(() => stack.stop());
    const info = (await (await fetch(`${stack.admin}/server_info`)).json()) as { version: string };
    t.equal(info.version.split('/')[1], wanted?.replace(/\.post\d+$/, ''));
  },
);
