import type { Area, Call, Route } from '../area.ts';
import { json, type Answer } from '../http.ts';
import { FakeConverterError, type FakeConverter } from './fake-converter.ts';

type Converting = (text: string) => Readonly<Record<string, unknown>>;

/** The converter of declarative pipelines. It answers 200 whatever the verdict. */
export function converterArea(converter: FakeConverter): Area {
  const route = (name: string, field: string, convert: Converting) =>
    routeOf(converter, name, field, convert);
  return {
    routes: [
      route('validateJenkinsfile', 'jenkinsfile', (text) => {
        converter.toJson(text);
        return {};
      }),
      route('validateJson', 'json', (text) => {
        converter.toJenkinsfile(parsed(text));
        return {};
      }),
      route('toJson', 'jenkinsfile', (text) => ({ json: converter.toJson(text) })),
      route('toJenkinsfile', 'json', (text) => ({
        jenkinsfile: converter.toJenkinsfile(parsed(text)),
      })),
      route('stepsToJson', 'jenkinsfile', (text) => ({ json: converter.stepsToJson?.(text) })),
      route('stepsToJenkinsfile', 'json', (text) => ({
        jenkinsfile: converter.stepsToJenkinsfile?.(parsed(text)),
      })),
    ],
  };
}

function routeOf(converter: FakeConverter, name: string, field: string, convert: Converting): Route {
  const handle = ({ request }: Call): Answer => {
    const text = request.parameter(field);
    if (text === null) return verdict({ errors: [{ error: `No content found for '${field}' parameter` }] });
    let converted: Readonly<Record<string, unknown>> = {};
    const errors = findings(() => (converted = convert(text)));
    return verdict(errors.length === 0 ? converted : { errors });
  };
  return { on: 'server', method: 'POST', path: `pipeline-model-converter/${name}`, handle };
}

function verdict(data: Readonly<Record<string, unknown>>): Answer {
  return json({ status: 'ok', data: { result: 'errors' in data ? 'failure' : 'success', ...data } });
}

function findings(work: () => unknown): FakeConverterError['errors'] {
  try {
    work();
    return [];
  } catch (error) {
    if (error instanceof FakeConverterError) return error.errors;
    throw error;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new FakeConverterError({ error: error instanceof Error ? error.message : 'It is no JSON.' });
  }
}
