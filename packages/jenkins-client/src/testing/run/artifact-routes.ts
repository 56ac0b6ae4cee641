import type { Area, Call } from '../area.ts';
import { onBuild } from '../builds/build-routes.ts';
import type { Build, StoredArtifact } from '../builds/build.ts';
import { notFound } from '../error-pages.ts';
import type { Answer, FakeRequest } from '../http.ts';
import { zip } from './zip.ts';

/** Archived files: one by its path, in ranges, or a folder of them as a zip. */
export const artifactArea: Area = {
  routes: [
    {
      on: 'build',
      method: 'GET',
      path: 'artifact/*path',
      handle: onBuild((build, call) => readArtifact(build, call)),
    },
  ],
};

/** Artifacts may be pages: Jenkins keeps their scripts from running. */
const SANDBOX = "sandbox allow-same-origin; default-src 'none'; img-src 'self'; style-src 'self';";
/** Content types by the end of a file's name. */
const TYPES: Readonly<Record<string, string>> = {
  txt: 'text/plain',
  log: 'text/plain',
  json: 'application/json',
  xml: 'application/xml',
  html: 'text/html',
  zip: 'application/zip',
  png: 'image/png',
};

/** `*zip*` in a path stands for the folder before it, packed. */
function readArtifact(build: Build, { request, params }: Call): Answer | undefined {
  const path = params['path'] ?? '';
  const [, folder = '', zipName] = /^(?:(.*)\/)?\*zip\*\/([^/]+)\.zip$/.exec(path) ?? [];
  if (zipName !== undefined) return zipped(build, folder, zipName);
  const found = build.artifacts.get(path);
  if (!found) throw notFound();
  const extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  return ranged(request, found, TYPES[extension] ?? 'application/octet-stream');
}

/** One range of bytes, as the servlet container offers it: `a-b`, `a-` or `-n`; 416 beyond the end. */
function ranged(request: FakeRequest, { bytes, modified }: StoredArtifact, type: string): Answer {
  const headers = {
    'content-security-policy': SANDBOX,
    'last-modified': new Date(modified).toUTCString(),
    'accept-ranges': 'bytes',
    'content-type': type,
  };
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  if (from === '' && to === '') return { status: 200, headers, body: bytes };
  const start = from === '' ? Math.max(0, bytes.length - Number(to)) : Number(from);
  const end = from === '' || to === '' ? bytes.length : Math.min(bytes.length, Number(to) + 1);
  if (start >= bytes.length || start >= end) {
    return { status: 416, headers: { 'content-range': `bytes */${bytes.length}` } };
  }
  const range = `bytes ${start}-${end - 1}/${bytes.length}`;
  return { status: 206, headers: { ...headers, 'content-range': range }, body: bytes.subarray(start, end) };
}

/** The files below a folder; `archive` is the name of the whole. */
function zipped(build: Build, folder: string, name: string): Answer {
  const prefix = folder === '' ? '' : `${folder}/`;
  const files = [...build.artifacts].filter(([path]) => path.startsWith(prefix));
  if (files.length === 0) throw notFound();
  const body = zip(
    files.map(([path, { bytes }]) => ({ path: `${name}/${path.slice(prefix.length)}`, bytes })),
  );
  return { status: 200, headers: { 'content-type': 'application/zip' }, body };
}
