import { BuildRef, BuildRequest } from '../src/builds/build-ref.ts';
import { Casc } from '../src/casc/casc.ts';
import { Converter } from '../src/converter/converter.ts';
import { CredentialDomains } from '../src/credentials/credential-domains.ts';
import { CredentialStore } from '../src/credentials/credential-store.ts';
import { Folders } from '../src/folders/folders.ts';
import { ItemRef } from '../src/items/item.ts';
import { Labels } from '../src/labels/labels.ts';
import { BuildLog } from '../src/log/build-log.ts';
import { Nodes } from '../src/nodes/nodes.ts';
import { Pipelines } from '../src/pipelines/pipelines.ts';
import { Plugins } from '../src/plugins/plugins.ts';
import { QueueFollower } from '../src/queue/queue-follower.ts';
import { Queue } from '../src/queue/queue.ts';
import { PendingInput } from '../src/run/pending-input.ts';
import { Script } from '../src/system/script.ts';
import { System } from '../src/system/system.ts';
import { Tokens } from '../src/users/tokens.ts';
import { Users } from '../src/users/users.ts';
import { Views } from '../src/views/views.ts';
import { areas } from '../suite/areas.ts';

/** Public classes with operations, and the name that the suite has for each. */
const classes: readonly (readonly [string, { readonly prototype: object }])[] = [
  ['item', ItemRef],
  ['request', QueueFollower],
  ['request', BuildRequest],
  ['build', BuildRef],
  ['log', BuildLog],
  ['input', PendingInput],
  ['folders', Folders],
  ['pipelines', Pipelines],
  ['queue', Queue],
  ['store', CredentialStore],
  ['domains', CredentialDomains],
  ['nodes', Nodes],
  ['labels', Labels],
  ['views', Views],
  ['plugins', Plugins],
  ['users', Users],
  ['tokens', Tokens],
  ['casc', Casc],
  ['converter', Converter],
  ['system', System],
  ['script', Script],
];

/** Names that ask the server nothing by themselves. */
const silent = ['item.item', 'item.name', 'item.parent', 'log.lossless', 'request.becomesBuild', 'views.in'];

/** The operations of the client that no case of the suite names. */
export function notInSuite(): readonly string[] {
  const cases = areas.flatMap((area) => area.cases);
  // What a case says behind the name is how it is used: `item.build (check)`.
  const covered = new Set(cases.flatMap(({ covers }) => covers.map((words) => words.split(' ')[0])));
  return classes
    .flatMap(([name, { prototype }]) =>
      Object.getOwnPropertyNames(prototype).map((method) => `${name}.${method}`),
    )
    .filter((operation) => !operation.endsWith('.constructor') && !silent.includes(operation))
    .filter((operation) => !covered.has(operation));
}
