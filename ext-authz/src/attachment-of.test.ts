import t from 'tap';
import { attachmentOf } from './attachment-of.js';

const registries = (text: string) =>
  attachmentOf(new Map([['omnia_registries', text]]))?.registries.map(
    ({ namespace, name }) => `${namespace} ${name}`,
  );

t.test('the registries that a proxy says to serve are read', (t) => {
  t.strictSame(registries('production/customer-tools,staging/x'), ['production customer-tools', 'staging x']);
  t.strictSame(registries(' a/b , c/d '), ['a b', 'c d']);
  t.strictSame(registries(''), [], 'it serves none, which is not the same as saying nothing');
  t.strictSame(
    registries('customer-tools,a/b/c,/x,y/,a/b'),
    ['a b'],
    'what names no registry lets no call through',
  );
  t.equal(attachmentOf(new Map([['omnia_registry', 'a/b']])), undefined);
  t.end();
});

t.test('any number of them is read', (t) => {
  for (let index = 0; index < 5000; index += 1) {
    t.strictSame(registries(`a/r${index}`), [`a r${index}`]);
  }
  t.end();
});
