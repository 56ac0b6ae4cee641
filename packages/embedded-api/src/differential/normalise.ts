import type { Answer } from './endpoint.ts';

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;
const jwt = /eyJ[\w-]+\.[\w-]+\.[\w-]*/g;
const clusterIp = /\b10\.96\.\d+\.\d+\b/g;
/** A table's age column, which depends on how long a case takes. */
const age = /^(\d+[smhd])+$/;
const loopbackPort = /127\.0\.0\.1:\d+/g;

const sortable = (value: unknown): string => JSON.stringify(value);
const parse = (text: string): unknown => JSON.parse(text);

const managerFirst = (entry: unknown): string => {
  const { manager, operation, apiVersion, subresource } = entry as Record<string, string>;
  return sortable([operation, manager, apiVersion, subresource ?? '', entry]);
};
const withoutManager = (text: string): unknown => (parse(text) as unknown[]).at(-1);

/**
 * Replaces what two servers cannot agree on. Identities keep their pattern: the first UID of a case becomes `uid-1`
 * wherever it appears, and an object that kept its resource version keeps its label too.
 */
export class Normaliser {
  readonly #labels = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  answer({ status, contentType, warnings, body }: Answer): Answer {
    return {
      status,
      contentType,
      warnings: warnings.map((text) => this.#text(text)),
      body: this.#value(body),
    };
  }

  #label(kind: string, value: string): string {
    const key = `${kind} ${value}`;
    const known = this.#labels.get(key);
    if (known) return known;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const label = `${kind}-${count}`;
    this.#labels.set(key, label);
    return label;
  }

  #text(text: string): string {
    if (age.test(text)) return '<age>';
    const generated = this.#labels.get(`generated ${text}`);
    if (generated) return generated;
    return text
      .replace(uuid, (value) => this.#label('uid', value))
      .replace(time, '<time>')
      .replace(jwt, '<token>')
      .replace(clusterIp, '<cluster ip>')
      .replace(loopbackPort, '<server>');
  }

  /** Versions are counted per object, so that one write more or less does not shift those of other objects. */
  #version(version: string, uid: unknown): string {
    return version && this.#label(typeof uid === 'string' ? `${uid} version` : 'version', version);
  }

  #value(value: unknown): unknown {
    if (typeof value === 'string') return this.#text(value);
    if (Array.isArray(value)) return value.map((item) => this.#value(item));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, entry]): [string, unknown] => [
      this.#text(key),
      key === 'metadata' ? this.#metadata(entry, value) : this.#value(entry),
    ]);
    const result = Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
    // Go walks maps in random order, so the real server lists what it found in several managers or fields so too.
    if (Array.isArray(result['causes'])) result['causes'] = result['causes'].map(sortable).sort().map(parse);
    if (typeof result['nodePort'] === 'number') result['nodePort'] = '<node port>';
    return result;
  }

  #metadata(metadata: unknown, owner: object): unknown {
    const result = this.#value(metadata);
    if (typeof result !== 'object' || result === null || Array.isArray(result)) return result;
    const fields = result as Record<string, unknown>;
    const { resourceVersion: version, uid } = fields;
    if (typeof version === 'string')
      fields['resourceVersion'] =
        'items' in owner || 'rows' in owner ? '<list version>' : this.#version(version, uid);
    // Their order goes by seconds, which one server may cross within a case and the other not.
    if (Array.isArray(fields['managedFields']))
      fields['managedFields'] = fields['managedFields'].map(managerFirst).sort().map(withoutManager);
    if (fields['continue']) fields['continue'] = '<continue>';
    const { generateName, name } = fields;
    if (typeof generateName === 'string' && typeof name === 'string' && name.startsWith(generateName)) {
      this.#labels.set(`generated ${name}`, `${generateName}<generated>`);
      fields['name'] = `${generateName}<generated>`;
    }
    return fields;
  }
}
