import t from 'tap';
import { ALLOWED_CALL_REFUSED, AS_EXPECTED, DENIED_CALL_PASSED, WRONG_BODY } from '../generator/outcome.js';
import { wrongAnswers } from './wrong-answers.js';

t.test('a run with a wrong answer is no success', (t) => {
  const outcomes = new Map([
    [AS_EXPECTED, 1000],
    [DENIED_CALL_PASSED, 1],
    [ALLOWED_CALL_REFUSED, 2],
    [WRONG_BODY, 3],
    ['status 503', 4],
  ]);
  t.equal(
    wrongAnswers(outcomes),
    'wrong answers: denied call passed 1, allowed call refused 2, right status, wrong body 3',
  );
  t.equal(wrongAnswers(new Map([[DENIED_CALL_PASSED, 1]])), 'wrong answers: denied call passed 1');
  t.end();
});

t.test('calls that were not answered while a part was away are none', (t) => {
  t.equal(wrongAnswers(new Map()), undefined);
  const outcomes = [
    [AS_EXPECTED, 1000],
    ['status 503', 4],
    ['connection reset', 1],
    [DENIED_CALL_PASSED, 0],
  ] as const;
  t.equal(wrongAnswers(new Map(outcomes)), undefined);
  t.end();
});
