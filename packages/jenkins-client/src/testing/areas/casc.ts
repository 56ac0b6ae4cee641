import type { Area, Call, Route } from '../area.ts';
import { containerPage, page } from '../error-pages.ts';
import { empty, redirect, type Answer } from '../http.ts';

/** The attributes of `jenkins`. */
const ATTRIBUTES =
  'authorizationStrategy, clouds, crumbIssuer, disableRememberMe, disabledAdministrativeMonitors, globalNodeProperties, labelAtoms, labelString, log, markupFormatter, mode, noUsageStatistics, nodeMonitors, nodeName, nodeProperties, nodes, numExecutors, primaryView, projectNamingStrategy, proxy, quietPeriod, remotingSecurity, scmCheckoutRetryCount, securityRealm, slaveAgentPort, systemMessage, updateCenter, views, viewsTabBar'.split(
    ', ',
  );
const ROOTS = ['appearance', 'credentials', 'jenkins', 'jobs', 'security', 'tool', 'unclassified'];

/**
 * Configuration as code. A document is checked for attributes that nobody knows, two levels deep; what is applied is
 * kept and exported again, but changes nothing else.
 */
export function cascArea(): Area {
  let applied = 'jenkins:\n  systemMessage: ""\n';
  const on = (verb: string, handle: (call: Call) => Answer): Route => ({
    on: 'server',
    method: 'POST',
    path: `configuration-as-code/${verb}`,
    handle: (call) => {
      if (!call.user.may('hudson.model.Hudson.Administer')) throw containerPage(403, 'Forbidden', '');
      return handle(call);
    },
  });
  return {
    routes: [
      {
        on: 'server',
        method: 'GET',
        path: 'configuration-as-code',
        handle: ({ user }) => {
          user.need('hudson.model.Hudson.Administer');
          return page(200, 'Configuration as Code - Jenkins', '<h1>Configuration as Code</h1>');
        },
      },
      on('check', ({ request }) => {
        const findings = faults(request.body.toString());
        return findingsAnswer(findings, findings.length === 0 ? 200 : 400);
      }),
      on('apply', ({ request }) => {
        const text = request.body.toString();
        const findings = faults(text);
        if (findings.length > 0) return findingsAnswer(findings, 400);
        applied = text;
        return empty();
      }),
      on('export', () => ({
        status: 200,
        headers: {
          'content-type': 'application/x-yaml;charset=utf-8',
          'content-disposition': 'attachment; filename=jenkins.yaml',
        },
        body: applied,
      })),
      on('schema', () => ({
        status: 200,
        headers: { 'content-type': 'application/json;charset=utf-8' },
        body: JSON.stringify({
          $schema: 'http://json-schema.org/draft-07/schema#',
          description: 'Jenkins Configuration as Code',
          additionalProperties: false,
          type: 'object',
          properties: {
            jenkins: { type: 'object', properties: Object.fromEntries(ATTRIBUTES.map((name) => [name, {}])) },
          },
        }),
      })),
      on('reload', ({ world }) => redirect(`${world.options.prefix}/configuration-as-code/`)),
    ],
  };
}

interface Finding {
  readonly line: number;
  readonly message: string;
}

function findingsAnswer(findings: readonly Finding[], status: number): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json;charset=ISO-8859-1' },
    body: JSON.stringify(findings),
  };
}

/** The keys of the first two levels that are unknown. */
function faults(yaml: string): readonly Finding[] {
  const findings: Finding[] = [];
  let root = '';
  for (const line of yaml.split('\n')) {
    const key = /^([\w-]+):/.exec(line)?.[1];
    if (key !== undefined) {
      root = key;
      if (!ROOTS.includes(key))
        findings.push({ line: -1, message: `No configurator for the following root elements ${key}` });
    }
    const attribute = /^ {2}([\w-]+):/.exec(line)?.[1];
    if (root === 'jenkins' && attribute !== undefined && !ATTRIBUTES.includes(attribute)) {
      const known = ATTRIBUTES.join(', ');
      findings.push({
        line: -1,
        message: `jenkins: Invalid configuration elements for type: class jenkins.model.Jenkins : ${attribute}.\nAvailable attributes : ${known}`,
      });
    }
  }
  return findings;
}
