import t from 'tap';
import { send } from '../send.js';
import { startStack } from '../stack.js';
import { SUPPORT_CLAIMS, tokenFor, toolCall } from '../tool-call.js';

const valid = tokenFor(SUPPORT_CLAIMS);

/** The value of Authorization, and the status with `--jwt required` and with `--jwt optional`. */
const cases: readonly [what: string, value: string, required: number, optional: number][] = [
  ['a bearer token', `Bearer ${valid}`, 200, 200],
  ['a bearer token behind two blanks', `Bearer  ${valid}`, 200, 200],
  ['another credential before it', `Basic dXNlcjpwYXNz Bearer ${valid}`, 403, 403],
  ['another credential before it, with a comma', `Basic dXNlcjpwYXNz, Bearer ${valid}`, 403, 403],
  ['a parameter before it', `ApiKey key=evil; Bearer ${valid}`, 403, 403],
  ['a scheme that ends like it', `xBearer ${valid}`, 403, 403],
  ['the scheme twice', `Bearer Bearer ${valid}`, 403, 403],
  ['another credential behind it', `Bearer ${valid} Basic dXNlcjpwYXNz`, 403, 403],
  ['another token behind it', `Bearer ${valid}=evil`, 403, 403],
  ['a tab in place of the blank', `Bearer\t${valid}`, 403, 403],
  ['a scheme without a token', 'Bearer', 403, 403],
  ['the scheme in another case, which jwt_authn does not know', `bearer ${valid}`, 403, 403],
  ['a token that is none', 'Bearer forged', 401, 401],
  // Without a bearer token nobody is believed to be anybody; the credential is the tool service's business.
  ['another credential alone', 'Basic dXNlcjpwYXNz', 401, 200],
];

for (const requirement of ['required', 'optional'] as const) {
  t.test(`--jwt ${requirement}: at most one credential, and it is the one that is verified`, async (t) => {
    const stack = await startStack({ policies: {}, flags: ['--jwt', requirement] });
    t.teardown(() => stack.stop());
    for (const [what, value, required, optional] of cases) {
      const headers = [['authorization', value]] as const;
      const { status } = await send(stack.url, toolCall({ token: null, headers, body: {} }));
      t.equal(status, requirement === 'required' ? required : optional, what);
    }
  });
}
