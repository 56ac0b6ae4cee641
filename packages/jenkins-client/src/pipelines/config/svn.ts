import type { SingleSvnSourceSpec } from '../source-spec.ts';
import type { Field, FormObject } from './field.ts';
import { group } from './group.ts';
import { optionalText, text } from './leaves.ts';
import { listOf } from './list.ts';
import { mapped } from './mapped.ts';
import { typed } from './places.ts';

interface Location {
  readonly url: string;
  readonly credentialsId?: string;
}

const LOCATION = 'hudson.scm.SubversionSCM$ModuleLocation';
const UPDATER = 'hudson.scm.subversion.UpdateUpdater';

/** How a folder is checked out, as the plugin's form has it when nothing is changed. */
const CHECKOUT = {
  local: '.',
  depthOption: 'infinity',
  ignoreExternalsOption: 'true',
  cancelProcessOnExternalsFail: 'true',
} as const;

const FILTERS = {
  excludedRegions: '',
  includedRegions: '',
  excludedUsers: '',
  excludedRevprop: '',
  excludedCommitMessages: '',
  ignoreDirPropChanges: 'false',
  filterChangelog: 'false',
  quietOperation: 'true',
} as const;

const location = group<Location>(
  { url: text('remote'), credentialsId: optionalText('credentialsId') },
  {},
  CHECKOUT,
);

const locations = listOf<Location>(
  'locations',
  {
    javaClass: LOCATION,
    inner: {
      encode(value, form) {
        location.encode(value, Object.assign(form, CHECKOUT));
      },
      read: (holder, reading) => location.read(holder, reading),
      patch(holder, value, patching) {
        if (holder.elements.length === 0)
          for (const [key, value] of Object.entries(CHECKOUT)) holder.add(key).text = value;
        location.patch(holder, value, patching);
      },
    },
  },
  // One location is all that a specification has: whichever is there is changed.
  () => LOCATION,
);

const checkout = group<{ locations: readonly Location[] }>(
  { locations },
  {},
  { ...FILTERS, workspaceUpdater: UPDATER },
);

const scm: Field<{ locations: readonly Location[] }> = typed('scm', 'hudson.scm.SubversionSCM', {
  encode(value, form: FormObject) {
    checkout.encode(value, Object.assign(form, FILTERS, { workspaceUpdater: { 'stapler-class': UPDATER } }));
  },
  read: (holder, reading) => checkout.read(holder, reading),
  patch: (holder, value, patching) => checkout.patch(holder, value, patching),
});

type SingleSvn = Omit<SingleSvnSourceSpec, 'type' | 'automaticBuilds'>;

/** As the plugins hold it: a source with one branch, and the folder below. */
interface StoredSvn {
  readonly id: string;
  readonly name?: string;
  readonly scm: { readonly locations: readonly Location[] };
}

/** One folder of a Subversion repository as the only branch (SingleSCMSource with SubversionSCM). */
export const singleSvn: Field<SingleSvn> = mapped(
  group<StoredSvn>({ id: text('id'), name: text('name'), scm }, { name: 'master' }),
  ({ id, branchName, url, credentialsId }: SingleSvn) => ({
    id,
    ...(branchName !== undefined && { name: branchName }),
    scm: { locations: [{ url, ...(credentialsId !== undefined && { credentialsId }) }] },
  }),
  ({
    id,
    name,
    scm: {
      locations: [first],
    },
  }) => ({
    id,
    url: first?.url ?? '',
    ...(name !== undefined && { branchName: name }),
    ...(first?.credentialsId !== undefined && { credentialsId: first.credentialsId }),
  }),
);
