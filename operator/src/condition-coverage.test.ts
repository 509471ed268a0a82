import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { parseAllDocuments } from 'yaml';
import { CONDITION_TABLE } from './plan/condition-table.js';
import { asList } from './model/read-fields.js';
import { asRecord } from './record.js';

const folder = fileURLToPath(new URL('../testdata/', import.meta.url));

/** `Kind Type Status Reason` of every condition in the golden outputs. */
function shownConditions(): ReadonlySet<string> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.out.yaml'));
  const documents = files.flatMap((name) =>
    parseAllDocuments(readFileSync(`${folder}${name}`, 'utf8')).map((document) => asRecord(document.toJS())),
  );
  return new Set(
    documents.flatMap(({ kind, status }) =>
      asList(asRecord(status).conditions)
        .map(asRecord)
        .map((one) => [kind, one.type, one.status, one.reason].join(' ')),
    ),
  );
}

t.test('the golden cases show every row of the table of conditions, and nothing else', (t) => {
  const shown = shownConditions();
  const listed = CONDITION_TABLE.flatMap(({ type, status, reason, kinds }) =>
    kinds.map((kind) => [kind, type, status, reason].join(' ')),
  );
  t.strictSame(
    [...shown].filter((row) => !listed.includes(row)),
    [],
    'shown, not listed',
  );
  t.strictSame(
    listed.filter((row) => !shown.has(row)),
    [],
    'listed, not shown',
  );
  t.end();
});
