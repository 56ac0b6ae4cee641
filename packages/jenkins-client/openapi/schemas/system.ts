import { Type } from 'typebox';
import { answer, exported, nullable, open } from './shape.ts';

/** Who asks. */
export const WhoAmI = exported('WhoAmI', 'Who asks.', {
  name: Type.String(),
  anonymous: Type.Boolean(),
  authenticated: Type.Boolean({ description: 'True for the anonymous user, too.' }),
  authorities: Type.Array(Type.String()),
});

/** The token against cross-site requests; it is bound to the session that came with it. */
export const Crumb = exported('Crumb', 'A crumb. It is bound to the session cookie of the same answer.', {
  crumb: Type.String(),
  crumbRequestField: Type.String({ description: 'The header, or form field, to send it in.' }),
});

/** A user. */
export const User = exported('User', 'A user.', {
  id: Type.String(),
  fullName: Type.String(),
  description: nullable(Type.String()),
  absoluteUrl: Type.String(),
  property: Type.Array(
    Type.Partial(
      Type.Object({
        _class: Type.String(),
        address: nullable(Type.String({ description: 'The e-mail address.' })),
      }),
      {
        additionalProperties: true,
      },
    ),
  ),
});

/** A token that was just made; its value is told once. */
export const NewToken = answer('NewToken', 'A new API token; its value is never told again.', {
  status: Type.Enum(['ok', 'error']),
  data: Type.Object({
    tokenName: Type.String(),
    tokenUuid: Type.String(),
    tokenValue: Type.String(),
  }),
});

/** The bare envelope. */
export const Done = Type.Object(
  { status: Type.Enum(['ok', 'error']), message: Type.Optional(Type.String()), data: Type.Optional(open) },
  { $id: 'Done', description: 'That it worked.' },
);

/** An installed plugin. */
const Plugin = exported('Plugin', 'An installed plugin.', {
  shortName: Type.String(),
  longName: nullable(Type.String()),
  version: Type.String(),
  active: Type.Boolean(),
  enabled: Type.Boolean(),
  bundled: Type.Boolean(),
  pinned: Type.Boolean(),
  hasUpdate: Type.Boolean(),
  deleted: Type.Boolean(),
  downgradable: Type.Boolean(),
  url: nullable(Type.String()),
  dependencies: Type.Array(open),
});

/** The installed plugins. */
export const PluginList = exported('PluginList', 'The installed plugins.', { plugins: Type.Array(Plugin) });

/** One job of the update centre. */
const UpdateCenterJob = exported('UpdateCenterJob', 'One job of the update centre.', {
  id: Type.Integer(),
  type: Type.String(),
  name: Type.String({ description: 'The id of the plugin.' }),
  errorMessage: nullable(Type.String()),
  status: exported('InstallationStatus', 'How far an installation is; told by the class, too.', {
    type: Type.Enum(['Pending', 'Installing', 'Skipped', 'Success', 'SuccessButRequiresRestart', 'Failure']),
    success: Type.Boolean(),
  }),
});

/** What is being installed. */
export const UpdateCenter = exported('UpdateCenter', 'What the update centre is doing.', {
  jobs: Type.Array(UpdateCenterJob),
  restartRequiredForCompletion: Type.Boolean(),
  sites: Type.Array(Type.Object({ id: Type.String(), url: Type.String() }, { additionalProperties: true })),
});
