import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import t from 'tap';
import type { CheckResponse, HeaderOption } from '../check-response.js';
import { officialMessage } from '../testing/compared-protos.js';
import { writeCheckResponse } from './write-check-response.js';

const { decode } = officialMessage('CheckResponse');

const plain = { noNullPrototype: true };
const text = fc.string({ unit: 'grapheme', maxLength: 200 });
const code = fc.integer({ min: 0, max: 599 });
const headers = fc.array(
  fc.record(
    { header: fc.record({ key: text, value: text }, plain), append_action: fc.integer({ min: 0, max: 3 }) },
    plain,
  ),
  { minLength: 1, maxLength: 4 },
);
const answer = fc.oneof(
  headers.map((response_headers_to_add) => ({ ok_response: { response_headers_to_add } })),
  fc
    .record({ status: fc.record({ code: fc.constantFrom(200, 403) }, plain), headers, body: text }, plain)
    .map((denied_response) => ({ denied_response })),
);
const fields = fc.dictionary(
  text,
  text.map((string_value) => ({ string_value })),
  { noNullPrototype: true },
);
const response: fc.Arbitrary<CheckResponse> = fc
  .record({ status: fc.record({ code }, plain), dynamic_metadata: fc.record({ fields }, plain) }, plain)
  .chain((rest) => answer.map((either) => ({ ...rest, ...either })));

const optionsOf = (options: readonly HeaderOption[]): object[] =>
  options.map(({ header, append_action }) => ({ header, appendAction: append_action }));

/** With the names of the official definition; maps without entries are absent. */
function expected({ status, ok_response, denied_response, dynamic_metadata }: CheckResponse): object {
  const values = Object.entries(dynamic_metadata.fields).map(
    ([key, { string_value }]) => [key, { stringValue: string_value }] as const,
  );
  return {
    status,
    ...(ok_response && {
      okResponse: { responseHeadersToAdd: optionsOf(ok_response.response_headers_to_add) },
    }),
    ...(denied_response && {
      deniedResponse: { ...denied_response, headers: optionsOf(denied_response.headers) },
    }),
    dynamicMetadata: values.length === 0 ? {} : { fields: Object.fromEntries(values) },
  };
}

t.test('the official definition reads what was meant', (t) => {
  fc.assert(
    fc.property(response, (sent) => {
      deepStrictEqual(decode(writeCheckResponse(sent)), expected(sent));
    }),
    { numRuns: 500 },
  );
  t.pass();
  t.end();
});
