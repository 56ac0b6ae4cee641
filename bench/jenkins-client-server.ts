/** The server of the request benchmark, in a process of its own: the recorded kinds of answers, and no work. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const small = JSON.stringify({
  _class: 'hudson.security.WhoAmI',
  name: 'admin',
  anonymous: false,
  authenticated: true,
});
const jobs = Array.from({ length: 120 }, (_, index) => ({
  _class: 'org.jenkinsci.plugins.workflow.job.WorkflowJob',
  name: `service-${index}`,
  color: 'blue',
  lastBuild: { number: index, result: 'SUCCESS' },
}));
const large = JSON.stringify({ _class: 'hudson.model.Hudson', jobs });

const server = createServer((request, response) => {
  request.resume();
  response.setHeader('content-type', 'application/json;charset=UTF-8');
  response.setHeader('x-jenkins', '2.516.2');
  response.setHeader('x-jenkins-session', 'a71d8b89');
  if (request.url?.startsWith('/whoAmI') === true) response.end(small);
  else {
    // Jenkins sends what is longer than its buffer in chunks.
    for (let from = 0; from < large.length; from += 8192) response.write(large.slice(from, from + 8192));
    response.end();
  }
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
