import { replaySession } from './session.ts';
import { FOLDER, makeProbes, PIPELINE } from './scenery.ts';

replaySession({
  title: 'folders and jobs',
  names: ['02-items'],
  setUp: makeProbes,
  before: {
    '02-items-53': (stage) => stage.post('/job/team-jf/doDelete'),
  },
});

replaySession({
  title: 'configurations are replaced as a whole',
  names: ['12-replace'],
  setUp: async (stage) => {
    await stage.create('', 'team', FOLDER);
    await stage.create('/job/team', 'repl', PIPELINE);
  },
});
