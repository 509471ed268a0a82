import t from 'tap';
import { portProtocol } from './port-protocol.js';

const cases = [
  [{ name: 'http' }, 'http'],
  [{ name: 'http-tools' }, 'http'],
  [{ name: 'grpc-web-tools' }, 'http'],
  [{ name: 'tools', appProtocol: 'http' }, 'http'],
  [{ name: 'tools', appProtocol: 'kubernetes.io/h2c' }, 'http'],
  [{ name: 'tools', appProtocol: 'gRPC' }, 'http'],
  [{ name: 'https-tools' }, 'other'],
  [{ name: 'http', appProtocol: 'tcp' }, 'other'],
  [{ name: 'redis' }, 'other'],
  [{ name: 'http', protocol: 'UDP' }, 'other'],
  [{ name: '', port: 3306 }, 'other'],
  [{ name: '' }, 'detected'],
  [{ name: 'httptools' }, 'detected'],
] as const;

for (const [fields, expected] of cases) {
  const port = { port: 8080, targetPort: 8080, appProtocol: '', protocol: 'TCP', ...fields };
  t.equal(portProtocol(port), expected, `a port with ${JSON.stringify(fields)}`);
}
