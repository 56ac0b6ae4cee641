import type { Recording } from '../recording.ts';
import { logText } from './log-text.ts';
import type { Answered, Stage } from './stage.ts';

/** Headers that mean something to a client. */
const HEADERS = [
  'content-type',
  'location',
  'x-error',
  'x-required-permission',
  'x-you-are-authenticated-as',
  'www-authenticate',
  'allow',
  'content-disposition',
  'accept-ranges',
];

/** Headers of which it means something that they are there. */
const PRESENT = ['x-jenkins', 'x-text-size', 'x-more-data', 'x-consoleannotator', 'last-modified'];

/** Properties whose values a server makes up. */
const MADE_UP = new Set([
  'timestamp',
  'duration',
  'estimatedDuration',
  'inQueueSince',
  'buildableStartMilliseconds',
  'executor',
  'crumb',
  'tokenUuid',
  'tokenValue',
  'jsessionid',
  'version',
  'longName',
  'executorUtilization',
  'startTimeMillis',
  'endTimeMillis',
  'durationMillis',
  'queueDurationMillis',
  'pauseDurationMillis',
  'totalDurationMillis',
]);

/** Properties that hold ids of stages and steps, which count what every plugin does between them. */
const NODE_IDS = new Set(['id', 'stageId', 'nodeId', 'parentNodes', 'enclosingBlocks']);

/** Properties whose content depends on the plugins of the server and the machine it runs on. */
const PLUGINS_OWN = new Set([
  'actions',
  'monitorData',
  'loadStatistics',
  'overallLoad',
  'unlabeledLoad',
  'healthReport',
  'tiedJobs',
]);

/** What of an answer is not as recorded; nothing when all that means something is. */
export function differences(
  recorded: Recording['response'],
  answered: Answered,
  stage: Stage,
  withLog = true,
): readonly string[] {
  const found: string[] = [];
  if (recorded.status !== answered.status) return [`status ${answered.status} instead of ${recorded.status}`];
  const location = text(recorded.headers['location']);
  stage.learnQueueItem(location, answered.headers.location);
  learnSession(recorded, answered, stage);
  learnLogSize(recorded, answered, stage);
  const type = text(recorded.headers['content-type']) ?? '';
  for (const name of HEADERS) {
    const was = header(recorded.headers[name], stage);
    const is = header(answered.headers[name], stage);
    if (was !== is) found.push(`${name}: ${is ?? 'nothing'} instead of ${was ?? 'nothing'}`);
  }
  for (const name of PRESENT) {
    if (name === 'x-consoleannotator' && !type.includes('html')) continue;
    const was = recorded.headers[name] !== undefined;
    if (was !== (answered.headers[name] !== undefined))
      found.push(`${name} is ${was ? 'missing' : 'too much'}`);
  }
  if (recorded.body === '' || recorded.trimmed === true) {
    if (type.includes('html')) found.push(...differentPage(recorded.body, answered.body));
    return found;
  }
  if (type.includes('json')) return [...found, ...differentJson(recorded.body, answered.body, stage)];
  if (type.includes('html')) return [...found, ...differentPage(recorded.body, answered.body)];
  if (type.includes('plain')) {
    if (!withLog) return found;
    return [...found, ...differentText(logText(recorded.body), logText(answered.body))];
  }
  if (type.includes('xml'))
    return [...found, ...differentText(settings(recorded.body), settings(answered.body))];
  return found;
}

function header(value: string | readonly string[] | undefined, stage: Stage): string | undefined {
  return text(value)
    ?.replace(/^https?:\/\/127\.0\.0\.1:\d+(\/jenkins)?/, '')
    .replace(/\/queue\/item\/(\d+)/, (_, id: string) => `/queue/item/${stage.recordedQueueId(id)}`)
    .replace('utf-8', 'UTF-8');
}

function text(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

function learnSession(recorded: Recording['response'], answered: Answered, stage: Stage): void {
  const was = /JSESSIONID=([\w-]+)/.exec(text(recorded.headers['set-cookie']) ?? '')?.[1];
  const is = /JSESSIONID=([\w-]+)/.exec(answered.headers['set-cookie']?.[0] ?? '')?.[1];
  if (was !== undefined && is !== undefined) stage.learn(was, is);
}

function learnLogSize(recorded: Recording['response'], answered: Answered, stage: Stage): void {
  const was = text(recorded.headers['x-text-size']);
  const is = text(answered.headers['x-text-size']);
  if (was !== undefined && is !== undefined) stage.learnLogSize(was, is);
}

/** Pages: the title and what a client reads from the rest. */
function differentPage(recorded: string, answered: string): readonly string[] {
  const title = /<title>([^<]*)<\/title>/;
  const parts = [
    [title.exec(recorded)?.[1], title.exec(answered)?.[1], 'title'],
    [message(recorded), message(answered), 'message'],
    [/Logging ID=/.exec(recorded)?.[0], /Logging ID=/.exec(answered)?.[0], 'logging id'],
    [
      /http-equiv='refresh' content='1;url=([^']*)/.exec(recorded)?.[1],
      /content='1;url=([^']*)/.exec(answered)?.[1],
      'refresh',
    ],
    [/data-crumb-value/.exec(recorded)?.[0], /data-crumb-value/.exec(answered)?.[0], 'crumb'],
  ] as const;
  return parts
    .filter(([was, is]) => was !== undefined && was !== is)
    .map(([was, is, what]) => `${what} “${is ?? ''}” instead of “${was ?? ''}”`);
}

/** The sentence of a container's page or of a check of a form field. */
function message(html: string): string | undefined {
  const found = /<b>Message<\/b> ([^<]*)/.exec(html) ?? /<div class="error">([^<]*)/.exec(html);
  return found?.[1]
    ?.trim()
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
}

/** Stored configurations without the versions of plugins and what is encrypted. */
function settings(xml: string): string {
  return xml
    .replaceAll(/ plugin="[^"]*"/g, '')
    .replaceAll(/\{AQAAABAAAA[^}]*\}/g, '{secret}')
    .trim();
}

function differentText(recorded: string, answered: string): readonly string[] {
  if (recorded === answered) return [];
  const was = recorded.split('\n');
  const is = answered.split('\n');
  const at = was.findIndex((line, index) => line !== is[index]);
  return [`line ${at + 1} is “${is[at] ?? ''}” instead of “${was[at] ?? ''}”`];
}

function differentJson(recorded: string, answered: string, stage: Stage): readonly string[] {
  let is: unknown;
  try {
    is = JSON.parse(answered);
  } catch {
    return ['no JSON'];
  }
  return differentValues(JSON.parse(recorded), is, '', stage);
}

function differentValues(was: unknown, is: unknown, at: string, stage: Stage): readonly string[] {
  const name = /\.([A-Za-z]\w*)(?:\.\d+)?$/.exec(at)?.[1] ?? '';
  if (kind(was) !== kind(is))
    return MADE_UP.has(name) ? [] : [`${at} is ${show(is)} instead of ${show(was)}`];
  if (Array.isArray(was) && Array.isArray(is)) {
    if (PLUGINS_OWN.has(name)) return lost(was, is, at, stage);
    if (name === 'property') return differentSets(was, is, at, stage);
    if (was.length !== is.length)
      return [`${at} has ${is.length} entries instead of ${was.length}: ${show(is)}`];
    return was.flatMap((one, index) => differentValues(one, is[index], `${at}.${index}`, stage));
  }
  if (isObject(was) && isObject(is)) {
    if (PLUGINS_OWN.has(name)) return [];
    const keys = new Set([...Object.keys(was), ...Object.keys(is)]);
    return [...keys].flatMap((key) => differentValues(was[key], is[key], `${at}.${key}`, stage));
  }
  if ((name === 'id' || name === 'queueId') && typeof was === 'number' && typeof is === 'number') {
    return stage.isQueueId(was, is) ? [] : [`${at} is ${is}, which does not stand for ${was}`];
  }
  if (NODE_IDS.has(name) && typeof was === 'string' && typeof is === 'string' && /^\d+$/.test(was)) {
    stage.learnNode(was, is);
    return [];
  }
  if (MADE_UP.has(name)) {
    if (typeof was === 'string' && typeof is === 'string') stage.learn(was, is);
    return [];
  }
  return plainly(was, stage) === plainly(is, stage) ? [] : [`${at} is ${show(is)} instead of ${show(was)}`];
}

/** Properties of a job or user: their order means nothing. */
function differentSets(
  was: readonly unknown[],
  is: readonly unknown[],
  at: string,
  stage: Stage,
): readonly string[] {
  const className = (one: unknown) => (isObject(one) ? String(one['_class']) : '');
  const found = was.flatMap((one) => {
    const other = is.find((candidate) => className(candidate) === className(one));
    return other === undefined ? [`${at} has no ${className(one)}`] : differentValues(one, other, at, stage);
  });
  return was.length < is.length ? [...found, `${at} has too much: ${show(is)}`] : found;
}

/** Of what plugins add, those must be there that tell more than their class. */
function lost(was: readonly unknown[], is: readonly unknown[], at: string, stage: Stage): readonly string[] {
  const telling = ['hudson.model.CauseAction', 'hudson.model.ParametersAction'];
  return was.filter(isObject).flatMap((one) => {
    if (!telling.includes(String(one['_class']))) return [];
    const found = is.filter(isObject).find((other) => other['_class'] === one['_class']);
    return found ? differentValues(one, found, at, stage) : [`${at} has no ${String(one['_class'])}`];
  });
}

/** A value without what depends on the server's address and its counters. */
function plainly(value: unknown, stage: Stage): unknown {
  if (typeof value !== 'string') return value;
  return value
    .replace(/^https?:\/\/127\.0\.0\.1:\d+/, '')
    .replace(/^(https:\/\/fw\.example):\d+/, '$1')
    .replace(/\/execution\/node\/\d+/, '/execution/node/n')
    .replace(/selected-node=\d+/, 'selected-node=n')
    .replace(/queue\/item\/(\d+)/, (_, id: string) => `queue/item/${stage.recordedQueueId(id)}`)
    .replace(/Expires in [\d.]+ .*/, 'Expires in');
}

function kind(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 160);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
