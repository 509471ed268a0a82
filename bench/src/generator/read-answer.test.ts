import t from 'tap';
import { readAnswer } from './read-answer.js';

const read = (text: string): unknown => {
  const answer = readAnswer(Buffer.from(text, 'latin1'));
  return typeof answer === 'object' ? { ...answer, body: answer.body.toString() } : answer;
};

t.test('an answer with a length', (t) => {
  const whole = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nnope';
  t.same(read(whole), { status: 403, body: 'nope', keepAlive: true });
  for (let length = 0; length < whole.length; length++) t.equal(read(whole.slice(0, length)), undefined);
  t.end();
});

t.test('an answer in chunks', (t) => {
  const whole = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n';
  t.same(read(whole), { status: 200, body: 'abcde', keepAlive: true });
  for (let length = 0; length < whole.length; length++) t.equal(read(whole.slice(0, length)), undefined);
  t.end();
});

t.test('an answer after which the connection closes', (t) => {
  const answer = 'HTTP/1.1 503 Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';
  t.same(read(answer), { status: 503, body: '', keepAlive: false });
  t.end();
});

t.test('what is no HTTP answer', (t) => {
  t.equal(read('SSH-2.0\r\n\r\n'), 'malformed');
  t.equal(read('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'), 'malformed');
  t.end();
});
