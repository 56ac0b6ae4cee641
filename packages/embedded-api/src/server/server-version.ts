/**
 * What `/version` tells. The minor is the newest whose API this server follows in what clients look at: aggregated
 * discovery v2, OpenAPI v3, watch-list, field validation. Clients may be one minor older or newer than the server
 * by Kubernetes' skew policy, and kubectl warns beyond; 1.34 is within reach of every kubectl that is supported.
 */
export const serverVersion = {
  major: '1',
  minor: '34',
  gitVersion: 'v1.34.0+armillary',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-11-01T00:00:00Z',
  goVersion: `node ${process.versions.node}`,
  compiler: 'v8',
  platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
} as const;
