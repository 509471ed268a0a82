import t from 'tap';
import { createLogger } from './logger.js';

t.test('each line is one JSON object with level, time, fields and message', (t) => {
  const lines: string[] = [];
  const logger = createLogger('info', { worker: 3 }, { write: (line) => void lines.push(line) });
  logger.debug({}, 'below the level');
  logger.info({ a: 'one\ntwo', message: 'a field of this name is no problem' }, 'hello');
  logger.error({ err: new Error('no') }, 'failed');
  t.equal(lines.length, 2);
  t.ok(lines.every((line) => line.indexOf('\n') === line.length - 1));
  t.match(JSON.parse(lines[0] ?? ''), {
    level: 'info',
    time: /^\d{4}-\d\d-\d\dT/,
    worker: 3,
    a: 'one\ntwo',
    message: 'a field of this name is no problem',
    msg: 'hello',
  });
  t.match(JSON.parse(lines[1] ?? ''), {
    level: 'error',
    err: { type: 'Error', message: 'no', stack: String },
    msg: 'failed',
  });
  t.end();
});
